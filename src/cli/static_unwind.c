// Makes the first exception of a statically linked husk cheap. The C run-time start files of a static program hand all of its unwind
// information to libgcc, which sorts it at the first throw: 12 ms for a husk with the software engine in it. These two take the place
// of libgcc's registration (-Wl,--wrap) and do nothing, so that libgcc looks into the sorted table that the linker makes
// (-Wl,--eh-frame-hdr), as it does in a dynamically linked program.

void __wrap___register_frame_info(const void* begin, void* object);
void* __wrap___deregister_frame_info(const void* begin);

void __wrap___register_frame_info(const void* begin, void* object)
{
    (void)begin;
    (void)object;
}

void* __wrap___deregister_frame_info(const void* begin)
{
    (void)begin;
    return 0;
}
