# Proves: in protected mode, faults push RF set, traps and INT n do not; PUSHF never shows it.
#define BITS 32
#define RESUME_FLAG
#include "probe.inc"
#include "resume.inc"
