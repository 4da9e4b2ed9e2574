#pragma once

#include <cstddef>
#include <span>

/// The guests that are measured, flat and linked at 0; guests/ says what each does.
namespace husk::bench::guest {

extern "C" {
extern const std::byte husk_guest_hello64_begin[], husk_guest_hello64_end[];
extern const std::byte husk_guest_bench_calls_begin[], husk_guest_bench_calls_end[];
extern const std::byte husk_guest_bench_out_begin[], husk_guest_bench_out_end[];
extern const std::byte husk_guest_bench_in_begin[], husk_guest_bench_in_end[];
extern const std::byte husk_guest_bench_bytes_begin[], husk_guest_bench_bytes_end[];
extern const std::byte husk_guest_bench_outsb_begin[], husk_guest_bench_outsb_end[];
extern const std::byte husk_guest_bench_out_loop_begin[], husk_guest_bench_out_loop_end[];
extern const std::byte husk_guest_bench_in_loop_begin[], husk_guest_bench_in_loop_end[];
extern const std::byte husk_guest_bench_loop_begin[], husk_guest_bench_loop_end[];
extern const std::byte husk_guest_bench_exception_begin[], husk_guest_bench_exception_end[];
extern const std::byte husk_guest_bench_mmio_read_begin[], husk_guest_bench_mmio_read_end[];
extern const std::byte husk_guest_bench_mmio_write_begin[], husk_guest_bench_mmio_write_end[];
}

using Code = std::span<const std::byte>;

inline Code hello64()
{
    return {husk_guest_hello64_begin, husk_guest_hello64_end};
}
inline Code calls()
{
    return {husk_guest_bench_calls_begin, husk_guest_bench_calls_end};
}
inline Code thousand_outs()
{
    return {husk_guest_bench_out_begin, husk_guest_bench_out_end};
}
inline Code thousand_ins()
{
    return {husk_guest_bench_in_begin, husk_guest_bench_in_end};
}
inline Code print_bytes()
{
    return {husk_guest_bench_bytes_begin, husk_guest_bench_bytes_end};
}
inline Code print_string()
{
    return {husk_guest_bench_outsb_begin, husk_guest_bench_outsb_end};
}
inline Code thousand_outs_in_a_loop()
{
    return {husk_guest_bench_out_loop_begin, husk_guest_bench_out_loop_end};
}
inline Code thousand_ins_in_a_loop()
{
    return {husk_guest_bench_in_loop_begin, husk_guest_bench_in_loop_end};
}
inline Code hot_loop()
{
    return {husk_guest_bench_loop_begin, husk_guest_bench_loop_end};
}
inline Code thousand_exceptions()
{
    return {husk_guest_bench_exception_begin, husk_guest_bench_exception_end};
}
inline Code thousand_mmio_reads()
{
    return {husk_guest_bench_mmio_read_begin, husk_guest_bench_mmio_read_end};
}
inline Code thousand_mmio_writes()
{
    return {husk_guest_bench_mmio_write_begin, husk_guest_bench_mmio_write_end};
}

}  // namespace husk::bench::guest
