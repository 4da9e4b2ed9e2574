// The input is what a debugger sends. Whatever it is, the reader makes packets of it, the same in pieces of any size, and a session
// answers each with a packet that another reader takes whole.
#include "debug/gdb/packet.hpp"
#include "debug/gdb/session.hpp"
#include "fuzz/check.hpp"
#include "support/fake_target.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace husk::fuzz {
namespace {

using namespace debug::gdb;

std::vector<Arrival> arrivals_of(std::span<const std::byte> bytes, std::size_t piece)
{
    PacketReader reader;
    while (!bytes.empty()) {
        const auto now = bytes.first(std::min(piece, bytes.size()));
        reader.feed(now);
        bytes = bytes.subspan(now.size());
    }
    std::vector<Arrival> all;
    while (auto next = reader.next()) all.push_back(*std::move(next));
    return all;
}

/// A body travels as it is.
void check_travels(const std::string& body)
{
    if (body.size() > kLongestPacket / 2) return;
    const std::string packet = frame(body);
    const auto arrived = arrivals_of(std::as_bytes(std::span{packet}), packet.size());
    require(arrived.size() == 1 && arrived[0] == Arrival{arrivals::Packet{body}}, "what is framed arrives");
}

void check_answer(Session& session, const std::string& body)
{
    const Outcome outcome = session.answer(body);
    if (const auto* answer = std::get_if<outcomes::Answer>(&outcome)) {
        require(answer->body.size() <= kLongestPacket, "an answer is no longer than a packet may be");
        check_travels(answer->body);
    }
    if (const auto* go = std::get_if<outcomes::GoOn>(&outcome)) require(!go->how.actions.empty(), "there is something to do");
}

}  // namespace
}  // namespace husk::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace husk;
    const auto bytes = std::as_bytes(std::span{data, size});
    const auto whole = fuzz::arrivals_of(bytes, size + 1);
    fuzz::require(whole == fuzz::arrivals_of(bytes, 1), "packets do not depend on the pieces that they came in");

    test::FakeTarget target{debug::gdb::Architecture::X86_64};
    debug::gdb::Session session{target};
    for (const auto& arrival : whole)
        if (const auto* packet = std::get_if<debug::gdb::arrivals::Packet>(&arrival)) fuzz::check_answer(session, packet->body);
    // What no checksum keeps away.
    const std::string text{data, data + size};
    fuzz::check_answer(session, text);
    fuzz::check_travels(text);
    return 0;
}
