# Proves: in protected mode, code that is changed is executed as changed: by itself, by a handler, by an exception's frame.
#define BITS 32
#include "probe.inc"
#include "code.inc"
