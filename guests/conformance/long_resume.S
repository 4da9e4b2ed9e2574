# Proves: in 64-bit mode, faults push RF set, traps and INT n do not; PUSHF never shows it.
#define BITS 64
#define RESUME_FLAG
#include "probe.inc"
#include "resume.inc"
