#include "program/output_reader.hpp"

#include <husk/address.hpp>
#include <husk/error.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <vector>

namespace husk::program {

OutputReader::OutputReader(Sink sink)
{
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw Error{"pipe2", errno};
    read_ = UniqueFd{ends[0]};
    write_ = UniqueFd{ends[1]};
    thread_ = std::thread{[this, to = std::move(sink)] {
        constexpr std::size_t kPiece = 64_KiB;  // what a pipe holds
        std::vector<std::byte> piece(kPiece);
        for (;;) {
            const ssize_t got = ::read(read_.get(), piece.data(), piece.size());
            if (got < 0 && errno == EINTR) continue;
            if (got <= 0) return;
            to(std::span{piece}.first(static_cast<std::size_t>(got)));
        }
    }};
}

OutputReader::~OutputReader()
{
    close_writing_end();
    finish();
}

void OutputReader::finish()
{
    if (thread_.joinable()) thread_.join();
}

void OutputReaders::read_for(ProgramConfig& config)
{
    if (config.on_output) config.standard_output = output_.emplace(config.on_output).writing_end();
    if (config.on_error_output) config.standard_error = error_output_.emplace(config.on_error_output).writing_end();
}

void OutputReaders::close_writing_ends()
{
    for (auto* const reader : {&output_, &error_output_})
        if (*reader) (*reader)->close_writing_end();
}

void OutputReaders::finish()
{
    for (auto* const reader : {&output_, &error_output_})
        if (*reader) (*reader)->finish();
}

}  // namespace husk::program
