// The input is a list of port accesses, as a guest's INs and OUTs (string ones too) reach the devices through the bus: a byte that
// says direction, width and count, two bytes of port, and for an OUT its items. What the devices do is held against what they
// promise.
#include "fuzz/check.hpp"

#include "device/bus.hpp"
#include "device/debug_console.hpp"
#include "device/exit_port.hpp"
#include "device/serial16550.hpp"
#include "memory/map.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace husk::fuzz {
namespace {

/// One access, read from the front of the input.
struct Access {
    bool in = false;
    std::size_t width = 1;  ///< bytes an item: 1, 2, 4 or, as only MMIO has it, 8
    std::uint16_t port = 0;
    std::vector<std::byte> items;  ///< exactly as large as they are, so that the sanitizer sees a byte too far
};

//      bit 7     6   5..2    1..0
//        IN   unused count-1  width, as a power of two
constexpr unsigned kIn = 1u << 7;
constexpr unsigned kCountShift = 2;
constexpr unsigned kCountMask = 0xF;
constexpr unsigned kWidthMask = 0x3;
constexpr std::size_t kHeaderSize = 3;

Access take(std::span<const std::byte>& input)
{
    const auto shape = std::to_integer<unsigned>(input[0]);
    Access access{
        .in = (shape & kIn) != 0,
        .width = std::size_t{1} << (shape & kWidthMask),
        .port = static_cast<std::uint16_t>(std::to_integer<unsigned>(input[1]) | std::to_integer<unsigned>(input[2]) << 8),
        .items = {}};
    input = input.subspan(kHeaderSize);
    access.items.resize(access.width * ((shape >> kCountShift & kCountMask) + 1));
    if (access.in) return access;
    const auto given = input.first(std::min(input.size(), access.items.size()));
    std::ranges::copy(given, access.items.begin());
    input = input.subspan(given.size());
    return access;
}

/// The serial port's registers, as far as they have to be known to say what must be read back.
class SerialRules {
public:
    void written(std::uint16_t offset, std::uint8_t value)
    {
        if (offset == kLcr) divisor_ = (value & 0x80) != 0;
        if (offset == kMcr) loopback_ = (value & 0x10) != 0;
        if (offset == kScr) scratch_ = value;
        if (offset == kFcr) fifos_written(value);
        if (offset == kData && !divisor_ && loopback_) {
            overrun_ = overrun_ || waiting_;
            waiting_ = true;
        }
    }

    void read(std::uint16_t offset, std::uint8_t value)
    {
        if (offset == kScr) require(value == scratch_, "the scratch register keeps what is written");
        if (offset == kMcr) require((value & 0xE0) == 0, "the upper bits of MCR are zero");
        if (offset == kIer && !divisor_) require((value & 0xF0) == 0, "the upper bits of IER are zero");
        if (offset == kIir) require((value & 0x01) != 0, "no interrupt is ever pending");
        if (offset == kData && !divisor_) waiting_ = false;
        if (offset != kLsr) return;
        require((value & 0x60) == 0x60, "the transmitter is always idle");
        require(!waiting_ || (value & 0x01) != 0, "a byte that was sent in loopback waits to be read");
        require(!overrun_ || (value & 0x02) != 0, "an overrun is told until the line status is read");
        overrun_ = false;
    }

    bool transmits(std::uint16_t offset) const { return offset == kData && !divisor_ && !loopback_; }

private:
    /// Turning the FIFOs on or off clears them; their other bits count only while they are on.
    void fifos_written(std::uint8_t value)
    {
        const bool on = (value & 0x01) != 0;
        if (on != fifos_on_ || (on && (value & 0x02) != 0)) waiting_ = false;
        fifos_on_ = on;
    }

    static constexpr std::uint16_t kData = 0, kIer = 1, kFcr = 2, kIir = 2, kLcr = 3, kMcr = 4, kLsr = 5, kScr = 7;
    std::uint8_t scratch_ = 0;
    bool divisor_ = false;
    bool loopback_ = false;
    bool fifos_on_ = false;
    bool waiting_ = false;
    bool overrun_ = false;
};

/// A machine's standard ports, and what must have come out of them.
class Ports {
public:
    Ports()
    {
        bus_.attach({map::kDebugConsolePort, 1}, console_);
        bus_.attach({map::kSerialPort, device::Serial16550::kPorts}, serial_);
        bus_.attach({map::kExitPort, 1}, exit_port_);
    }

    void access(Access access)
    {
        const auto target = bus_.find(access.port);
        require(target.has_value() == is_ours(access.port), "the bus finds a device where one is attached and only there");
        if (!target) return;
        if (access.in)
            read(*target, access);
        else
            write(*target, access);
    }

    void check_output() const
    {
        require(printed_ == expected_print_, "the console's output is complete and in order");
        require(sent_ == expected_sent_, "the serial port's output is complete and in order");
    }

private:
    static bool is_serial(std::uint16_t port)
    {
        return port >= map::kSerialPort && port < map::kSerialPort + device::Serial16550::kPorts;
    }
    static bool is_ours(std::uint16_t port) { return port == map::kDebugConsolePort || port == map::kExitPort || is_serial(port); }

    void read(const device::Bus::Target& target, Access& access)
    {
        for (auto left = std::span{access.items}; !left.empty(); left = left.subspan(access.width)) {
            target.device.read(target.offset, left.first(access.width));
            if (access.port == map::kDebugConsolePort)
                require(left.front() == std::byte{0xE9}, "the console answers that it is there");
            if (is_serial(access.port))
                rules_.read(static_cast<std::uint16_t>(target.offset), std::to_integer<std::uint8_t>(left.front()));
        }
    }

    void write(const device::Bus::Target& target, const Access& access)
    {
        const auto stop = target.device.write_items(target.offset, access.width, access.items);
        require(stop.has_value() == (access.port == map::kExitPort), "the exit port stops the guest and nothing else does");
        if (stop) require(std::get<stops::Exited>(*stop).code == first_number(access), "the exit port's code is what was written");
        if (access.port == map::kDebugConsolePort)
            expected_print_.insert(expected_print_.end(), access.items.begin(), access.items.end());
        if (!is_serial(access.port)) return;
        for (std::size_t i = 0; i < access.items.size(); i += access.width) {
            const auto offset = static_cast<std::uint16_t>(target.offset);
            if (rules_.transmits(offset)) expected_sent_.push_back(access.items[i]);
            rules_.written(offset, std::to_integer<std::uint8_t>(access.items[i]));
        }
    }

    static std::uint32_t first_number(const Access& access)
    {
        std::uint32_t number = 0;
        for (std::size_t i = std::min<std::size_t>(access.width, 4); i-- > 0;)
            number = number << 8 | std::to_integer<std::uint32_t>(access.items[i]);
        return number;
    }

    static OutputSink into(std::vector<std::byte>& bytes)
    {
        return [&bytes](std::span<const std::byte> more) { bytes.insert(bytes.end(), more.begin(), more.end()); };
    }
    /// Now and then there is a byte to receive.
    InputSource typed()
    {
        return [this]() -> std::optional<std::byte> {
            if (++asked_ % 3 != 0) return std::nullopt;
            return static_cast<std::byte>(asked_);
        };
    }

    std::vector<std::byte> printed_, expected_print_, sent_, expected_sent_;
    unsigned asked_ = 0;
    SerialRules rules_;
    device::DebugConsole console_{into(printed_)};
    device::Serial16550 serial_{into(sent_), typed()};
    device::ExitPort exit_port_;
    device::Bus bus_{"port"};
};

}  // namespace
}  // namespace husk::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace husk;
    auto input = std::as_bytes(std::span{data, size});
    fuzz::Ports ports;
    while (input.size() >= fuzz::kHeaderSize) ports.access(fuzz::take(input));
    ports.check_output();
    return 0;
}
