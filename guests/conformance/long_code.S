# Proves: in 64-bit mode, code that is changed is executed as changed: by itself, by a handler, by an exception's frame.
#define BITS 64
#include "probe.inc"
#include "code.inc"
