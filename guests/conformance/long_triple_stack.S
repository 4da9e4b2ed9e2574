# Proves: in long mode, a double fault whose frame has nowhere to go is a triple fault. SDM Vol. 3A, "Interrupt 8—Double Fault Exception (#DF)".
#define BITS 64
#include "probe.inc"
    say   "no stack"
    movabs $0x800000000000, %rsp
    ud2
    finish
