#include "device/serial16550.hpp"

#include <algorithm>
#include <utility>

namespace husk::device {

namespace {

// Registers by offset; 0 and 1 are the divisor while LCR.DLAB is set.
enum Register : std::uint64_t { kData = 0, kIer = 1, kIirFcr = 2, kLcr = 3, kMcr = 4, kLsr = 5, kMsr = 6, kScr = 7 };

constexpr std::uint8_t kLcrDlab = 0x80;
constexpr std::uint8_t kLsrDataReady = 0x01;
constexpr std::uint8_t kLsrOverrun = 0x02;
constexpr std::uint8_t kLsrTransmitterIdle = 0x60;  // THRE and TEMT: bytes leave at once
constexpr std::uint8_t kFcrEnable = 0x01;
constexpr std::uint8_t kFcrClearReceive = 0x02;
constexpr std::uint8_t kIirNone = 0x01;
constexpr std::uint8_t kIirFifos = 0xC0;
constexpr std::uint8_t kIerWritable = 0x0F;
constexpr std::uint8_t kMcrWritable = 0x1F;
constexpr std::uint8_t kMcrLoop = 0x10;
constexpr std::uint8_t kMsrConnected = 0xB0;  // DCD, DSR, CTS: somebody listens

}  // namespace

void Serial16550::read(std::uint64_t offset, std::span<std::byte> data)
{
    std::ranges::fill(data, std::byte{0xFF});
    if (!data.empty()) data.front() = std::byte{read_register(offset)};
}

std::optional<Stop> Serial16550::write(std::uint64_t offset, std::span<const std::byte> data)
{
    if (!data.empty()) write_register(offset, std::to_integer<std::uint8_t>(data.front()));
    return std::nullopt;
}

std::uint8_t Serial16550::read_register(std::uint64_t offset)
{
    const bool divisor = (state_.line_control & kLcrDlab) != 0;
    switch (offset) {
        case kData: return divisor ? static_cast<std::uint8_t>(state_.divisor) : receive();
        case kIer: return divisor ? static_cast<std::uint8_t>(state_.divisor >> 8) : state_.interrupt_enable;
        case kIirFcr: return state_.fifo_on ? kIirNone | kIirFifos : kIirNone;
        case kLcr: return state_.line_control;
        case kMcr: return state_.modem_control;
        case kLsr: return line_status();
        case kMsr: return modem_status();
        case kScr: return state_.scratch;
        default: return 0xFF;
    }
}

void Serial16550::write_register(std::uint64_t offset, std::uint8_t value)
{
    const bool divisor = (state_.line_control & kLcrDlab) != 0;
    switch (offset) {
        case kData:
            if (divisor)
                state_.divisor = static_cast<std::uint16_t>((state_.divisor & 0xFF00) | value);
            else
                transmit(value);
            break;
        case kIer:
            if (divisor)
                state_.divisor = static_cast<std::uint16_t>((state_.divisor & 0x00FF) | value << 8);
            else
                state_.interrupt_enable = value & kIerWritable;
            break;
        case kIirFcr: control_fifos(value); break;
        case kLcr: state_.line_control = value; break;
        case kMcr: state_.modem_control = value & kMcrWritable; break;
        case kScr: state_.scratch = value; break;
        default: break;  // line and modem status are read-only
    }
}

/// Data sheet, "FIFO Control Register" (8.5): the other bits count only with the first; to change it clears what was received.
void Serial16550::control_fifos(std::uint8_t value)
{
    const bool on = (value & kFcrEnable) != 0;
    if (on != state_.fifo_on || (on && (value & kFcrClearReceive) != 0)) state_.received.reset();
    state_.fifo_on = on;
}

std::uint8_t Serial16550::line_status()
{
    std::uint8_t status = kLsrTransmitterIdle;
    if (poll()) status |= kLsrDataReady;
    if (std::exchange(state_.overrun, false)) status |= kLsrOverrun;
    return status;
}

/// In loopback the modem control outputs are the modem status inputs: DTR is DSR, RTS is CTS, OUT1 is RI, OUT2 is DCD.
std::uint8_t Serial16550::modem_status() const
{
    if ((state_.modem_control & kMcrLoop) == 0) return kMsrConnected;
    const unsigned outputs = state_.modem_control;
    return static_cast<std::uint8_t>((outputs & 1) << 5 | (outputs & 2) << 3 | (outputs & 4) << 4 | (outputs & 8) << 4);
}

std::uint8_t Serial16550::receive()
{
    poll();
    return std::exchange(state_.received, std::nullopt).value_or(0);
}

void Serial16550::transmit(std::uint8_t value)
{
    if ((state_.modem_control & kMcrLoop) != 0) {
        state_.overrun = state_.overrun || state_.received.has_value();  // told until the line status is read
        state_.received = value;
    } else if (sink_) {
        const std::byte byte{value};
        sink_({&byte, 1});
    }
}

/// True if a byte waits in the receive buffer.
bool Serial16550::poll()
{
    if (!state_.received && source_ && (state_.modem_control & kMcrLoop) == 0)
        if (const auto byte = source_()) state_.received = std::to_integer<std::uint8_t>(*byte);
    return state_.received.has_value();
}

}  // namespace husk::device
