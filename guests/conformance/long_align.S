# Proves: in 64-bit mode, with CR0.AM and RFLAGS.AC, ring 3 is told of accesses that are not aligned, and ring 0 is not.
#define BITS 64
#include "probe.inc"
#include "align.inc"
