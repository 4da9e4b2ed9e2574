# Proves: in protected mode, with CR0.AM and RFLAGS.AC, ring 3 is told of accesses that are not aligned, and ring 0 is not.
#define BITS 32
#include "probe.inc"
#include "align.inc"
