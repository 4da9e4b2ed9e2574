# Proves: in protected mode, x87 and SSE raise #NM, #UD, #MF and #XM as CR0, CR4 and their own masks say.
#define BITS 32
#include "probe.inc"
#include "float.inc"
