# Proves: in 64-bit mode, x87 and SSE raise #NM, #UD, #MF and #XM as CR0, CR4 and their own masks say.
#define BITS 64
#include "probe.inc"
#include "float.inc"
