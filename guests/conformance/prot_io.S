# Proves: in protected mode, IN, OUT, INS and OUTS of every width, forwards and backwards, across a page, with their counts.
#define BITS 32
#include "probe.inc"
#include "io.inc"
    finish
