# Proves: in protected mode, an exception without a table to find its handler in ends in a triple fault. SDM Vol. 3A, "Interrupt 8—Double Fault
# Exception (#DF)".
#define BITS 32
#include "probe.inc"
    say   "no table"
    lidt  none
    ud2
    say   "went on"
    finish

    .data
none:
    .word 0
    .quad 0
