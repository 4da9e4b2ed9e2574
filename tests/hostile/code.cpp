#include "hostile/code.hpp"

#include "hostile/setup.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace husk::hostile {

namespace {

using namespace std::string_view_literals;

/// Instructions that take a ModRM byte.
constexpr std::array kWithModrm{
    "\x0F\x00"sv, "\x0F\x00"sv, "\x0F\x01"sv, "\x0F\x01"sv, "\x0F\x01"sv, "\x0F\x02"sv, "\x0F\x03"sv, "\x0F\x18"sv, "\x0F\x1A"sv,
    "\x0F\x1B"sv, "\x0F\x20"sv, "\x0F\x21"sv, "\x0F\x22"sv, "\x0F\x22"sv, "\x0F\x23"sv, "\x0F\x24"sv, "\x0F\xA3"sv, "\x0F\xAB"sv,
    "\x0F\xA5"sv, "\x0F\xAD"sv, "\x0F\xAE"sv, "\x0F\xAE"sv, "\x0F\xAF"sv, "\x0F\xB0"sv, "\x0F\xB1"sv, "\x0F\xB2"sv, "\x0F\xB4"sv,
    "\x0F\xB5"sv, "\x0F\xB6"sv, "\x0F\xBB"sv, "\x0F\xBC"sv, "\x0F\xBD"sv, "\x0F\xC0"sv, "\x0F\xC1"sv, "\x0F\xC7"sv, "\x0F\xC7"sv,
    "\x0F\x40"sv, "\x0F\x90"sv, "\x01"sv,     "\x03"sv,     "\x31"sv,     "\x3B"sv,     "\x62"sv,     "\x63"sv,     "\x84"sv,
    "\x86"sv,     "\x87"sv,     "\x88"sv,     "\x89"sv,     "\x8A"sv,     "\x8B"sv,     "\x8C"sv,     "\x8D"sv,     "\x8E"sv,
    "\x8E"sv,     "\x8F"sv,     "\xC4"sv,     "\xC5"sv,     "\xD0"sv,     "\xD1"sv,     "\xD2"sv,     "\xD3"sv,     "\xD8"sv,
    "\xD9"sv,     "\xDA"sv,     "\xDB"sv,     "\xDC"sv,     "\xDD"sv,     "\xDE"sv,     "\xDF"sv,     "\xF6"sv,     "\xF7"sv,
    "\xFE"sv,     "\xFF"sv,     "\xFF"sv,
};

/// Instructions that are complete.
constexpr std::array kWhole{
    "\x06"sv,
    "\x07"sv,
    "\x0E"sv,
    "\x16"sv,
    "\x17"sv,
    "\x1E"sv,
    "\x1F"sv,
    "\x27"sv,
    "\x37"sv,
    "\x3F"sv,
    "\x60"sv,
    "\x61"sv,
    "\x6C"sv,
    "\x6D"sv,
    "\x6E"sv,
    "\x6F"sv,
    "\x9B"sv,
    "\x9C"sv,
    "\x9D"sv,
    "\x9D"sv,
    "\x9E"sv,
    "\xA4"sv,
    "\xA5"sv,
    "\xA6"sv,
    "\xA7"sv,
    "\xAA"sv,
    "\xAB"sv,
    "\xAC"sv,
    "\xAD"sv,
    "\xAE"sv,
    "\xAF"sv,
    "\xC3"sv,
    "\xC9"sv,
    "\xCB"sv,
    "\xCB"sv,
    "\xCC"sv,
    "\xCE"sv,
    "\xCF"sv,
    "\xCF"sv,
    "\xCF"sv,
    "\xD7"sv,
    "\xEC"sv,
    "\xED"sv,
    "\xEE"sv,
    "\xEF"sv,
    "\xF1"sv,
    "\xF4"sv,
    "\xFA"sv,
    "\xFB"sv,
    "\xFC"sv,
    "\xFD"sv,
    "\x0F\x05"sv,
    "\x0F\x06"sv,
    "\x0F\x07"sv,
    "\x0F\x08"sv,
    "\x0F\x09"sv,
    "\x0F\x0B"sv,
    "\x0F\x30"sv,
    "\x0F\x31"sv,
    "\x0F\x32"sv,
    "\x0F\x33"sv,
    "\x0F\x34"sv,
    "\x0F\x35"sv,
    "\x0F\x77"sv,
    "\x0F\xA0"sv,
    "\x0F\xA1"sv,
    "\x0F\xA2"sv,
    "\x0F\xA8"sv,
    "\x0F\xA9"sv,
    "\x0F\xAA"sv,
    "\x0F\x01\xC1"sv,
    "\x0F\x01\xC2"sv,
    "\x0F\x01\xC8"sv,
    "\x0F\x01\xC9"sv,
    "\x0F\x01\xCA"sv,
    "\x0F\x01\xCB"sv,
    "\x0F\x01\xD0"sv,
    "\x0F\x01\xD1"sv,
    "\x0F\x01\xD8"sv,
    "\x0F\x01\xD9"sv,
    "\x0F\x01\xDA"sv,
    "\x0F\x01\xDB"sv,
    "\x0F\x01\xDC"sv,
    "\x0F\x01\xDD"sv,
    "\x0F\x01\xDE"sv,
    "\x0F\x01\xDF"sv,
    "\x0F\x01\xEE"sv,
    "\x0F\x01\xEF"sv,
    "\x0F\x01\xF8"sv,
    "\x0F\x01\xF9"sv,
    "\x0F\x01\xFA"sv,
    "\x48\xCF"sv,
    "\x48\xCB"sv,
    "\x48\x0F\x07"sv,
    "\x48\x0F\x35"sv,
    "\xF3\x90"sv,
    "\xF3\x0F\xB8\xC0"sv,
};

constexpr std::array<std::uint8_t, 14> kPrefixes{0x66, 0x67, 0xF0, 0xF2, 0xF3, 0x2E, 0x36,
                                                 0x3E, 0x26, 0x64, 0x65, 0x48, 0x41, 0x4F};

/// Model-specific registers. SDM Vol. 4, "Architectural MSRs" (2.1), and AMD's.
constexpr std::array<std::uint32_t, 30> kMsrs{
    0x10,  0x1B,  0x3A,  0x8B,       0xFE,       0x122,      0x174,      0x175,      0x176,      0x179,
    0x17A, 0x1A0, 0x1A2, 0x200,      0x20F,      0x250,      0x277,      0x2FF,      0x400,      0x40B,
    0x6E0, 0xD90, 0xDA0, 0xC0000080, 0xC0000081, 0xC0000082, 0xC0000100, 0xC0000102, 0xC0010114, 0xC0010117,
};

class Writer {
public:
    Writer(Random& random, unsigned width) : random_{random}, width_{width} {}

    void instruction()
    {
        prefixes();
        switch (random_.below(14)) {
            case 0: return random_bytes(1 + random_.below(15));
            case 1:
            case 2: return add(random_.of(kWhole));
            case 3:
            case 4: return with_modrm(random_.of(kWithModrm));
            case 5: return vector();
            case 6: return load();
            case 7: return msr();
            case 8: return control();
            case 9: return jump();
            case 10: return string();
            case 11: return arithmetic();
            case 12: return port();
            default: return far();
        }
    }
    std::vector<std::byte> take() { return std::move(code_); }

private:
    void byte(std::uint64_t value) { code_.push_back(static_cast<std::byte>(value)); }
    void bytes(std::initializer_list<std::uint64_t> values)
    {
        for (const std::uint64_t value : values) byte(value);
    }
    void add(std::string_view text)
    {
        for (const char each : text) byte(static_cast<unsigned char>(each));
    }
    void word(std::uint64_t value, unsigned size)
    {
        for (unsigned i = 0; i < size; ++i) byte(value >> (8 * i));
    }
    void random_bytes(std::uint64_t count)
    {
        for (; count > 0; --count) byte(random_.next());
    }
    unsigned address_size() const { return width_ == 16 ? 2 : 4; }

    void prefixes()
    {
        if (!random_.one_in(4)) return;
        std::uint64_t count = random_.one_in(16) ? random_.below(16) : 1 + random_.below(3);
        for (; count > 0; --count) byte(random_.of(kPrefixes));
    }

    void modrm()
    {
        const std::uint64_t value = random_.next() & 0xFF;
        byte(value);
        if (random_.one_in(2)) random_bytes(1);
        if (value < 0xC0) word(likely_value(random_), static_cast<unsigned>(random_.below(address_size() + 1)));
    }
    void with_modrm(std::string_view opcode)
    {
        add(opcode);
        modrm();
        if (random_.one_in(3)) random_bytes(1);
    }
    /// MMX, SSE and what comes after it.
    void vector()
    {
        constexpr std::array<std::string_view, 7> kMaps{"\x0F",     "\x66\x0F",     "\xF3\x0F",    "\xF2\x0F",
                                                        "\x0F\x38", "\x66\x0F\x3A", "\x66\x0F\x38"};
        add(random_.of(kMaps));
        byte(random_.next());
        modrm();
        if (random_.one_in(3)) random_bytes(1);
    }
    void load()
    {
        if (width_ == 64 && random_.one_in(2)) byte(0x48 + random_.below(2));
        const bool wide = !code_.empty() && (code_.back() == std::byte{0x48} || code_.back() == std::byte{0x49});
        byte(0xB8 + random_.below(8));
        word(likely_value(random_), wide ? 8 : address_size());
    }
    void load_low(std::uint64_t opcode, std::uint64_t value)
    {
        if (width_ == 16) byte(0x66);
        byte(opcode);
        word(value, 4);
    }
    void msr()
    {
        load_low(0xB9, random_.one_in(8) ? random_.next() : random_.of(kMsrs));
        if (random_.one_in(2)) load_low(0xB8, random_.one_in(2) ? 1ull << random_.below(32) : likely_value(random_));
        if (random_.one_in(2)) load_low(0xBA, random_.one_in(2) ? 0 : likely_value(random_) >> 32);
        add(random_.one_in(3) ? "\x0F\x32"sv : "\x0F\x30"sv);
    }
    /// Flips or sets a bit of a control or debug register.
    void control()
    {
        const std::uint64_t number = random_.one_in(4) ? random_.below(8) : random_.of(std::array<std::uint64_t, 5>{0, 3, 4, 8, 4});
        const bool debug = random_.one_in(4);
        const std::uint64_t from = debug ? 0x21 : 0x20;
        if (number == 8 && width_ == 64) byte(0x44);
        bytes({0x0F, from, 0xC0 | (number & 7) << 3});
        if (width_ == 16) byte(0x66);
        const std::uint64_t flip = random_.one_in(4) ? likely_value(random_) : 1ull << random_.below(32);
        byte(random_.one_in(2) ? 0x35 : 0x0D);  // XOR or OR with EAX
        word(flip, 4);
        if (number == 8 && width_ == 64) byte(0x44);
        bytes({0x0F, from + 2, 0xC0 | (number & 7) << 3});
    }
    void jump()
    {
        const std::uint64_t offset = random_.below(64) - 32;
        switch (random_.below(5)) {
            case 0: return bytes({0xEB, offset & 0xFF});
            case 1: return bytes({0xE0 + random_.below(4), offset & 0xFF});
            case 2: byte(0xE8 + random_.below(2)); return word(offset, address_size());
            case 3:
                byte(0x0F);
                byte(0x80 + random_.below(16));
                return word(offset, address_size());
            default: return bytes({0x70 + random_.below(16), offset & 0xFF});
        }
    }
    void string()
    {
        constexpr std::array<std::uint64_t, 14> kStrings{0x6C, 0x6D, 0x6E, 0x6F, 0xA4, 0xA5, 0xA6,
                                                         0xA7, 0xAA, 0xAB, 0xAC, 0xAD, 0xAE, 0xAF};
        if (random_.one_in(2)) bytes({0xB1, random_.below(64)});  // MOV CL
        if (random_.one_in(3)) load_low(random_.one_in(2) ? 0xBE : 0xBF, likely_value(random_));
        if (!random_.one_in(3)) byte(0xF2 + random_.below(2));
        byte(random_.of(kStrings));
    }
    void arithmetic()
    {
        constexpr std::array<std::uint64_t, 3> kGroups{0x80, 0x81, 0x83};
        const std::uint64_t opcode = random_.of(kGroups);
        byte(opcode);
        modrm();
        word(likely_value(random_), opcode == 0x81 ? address_size() : 1);
    }
    void port()
    {
        if (random_.one_in(2)) return bytes({0xE4 + random_.below(4), random_.next()});
        if (random_.one_in(2)) bytes({0x66, 0xBA, random_.next(), random_.next()});
        byte(0xEC + random_.below(4));
    }
    /// Software interrupts, and far transfers to selectors that are likely to exist.
    void far()
    {
        constexpr std::uint64_t kSelectors = 34;
        const std::uint64_t selector = random_.below(kSelectors) * 8 + random_.below(8);
        const std::uint64_t target = kCode + random_.below(256);
        switch (random_.below(5)) {
            case 0: return bytes({0xCD, random_.next()});
            case 1:
                byte(random_.one_in(2) ? 0xEA : 0x9A);
                word(target, address_size());
                return word(selector, 2);
            case 2:  // PUSH selector, PUSH offset, RETF
                bytes({0x6A, selector & 0x7F, 0x68});
                word(target, address_size());
                if (width_ == 64 && random_.one_in(2)) byte(0x48);
                return byte(0xCB);
            case 3:  // an IRET that takes its five words from what is pushed
                bytes({0x6A, (random_.one_in(2) ? 2 : 5) * 8 + random_.below(4), 0x68});
                word(kStackEnd, address_size());
                byte(0x68);
                word(random_.next(), address_size());
                bytes({0x6A, selector & 0x7F, 0x68});
                word(target, address_size());
                if (width_ == 64 && random_.one_in(2)) byte(0x48);
                return byte(0xCF);
            default:
                bytes({0x66, 0xB8, selector, selector >> 8});
                if (random_.one_in(3)) return bytes({0x0F, 0x00, 0xD0 + random_.below(2) * 8});  // LLDT, LTR
                return bytes({0x8E, 0xC0 + random_.below(6) * 8});
        }
    }

    Random& random_;
    unsigned width_;
    std::vector<std::byte> code_;
};

}  // namespace

std::vector<std::byte> random_code(Random& random, unsigned bits)
{
    Writer writer{random, bits};
    const bool other = random.one_in(8);  // as another mode would want it
    Writer stranger{random, random.one_in(2) ? 16u : 64u};
    for (std::uint64_t left = 2 + random.below(40); left > 0; --left) (other ? stranger : writer).instruction();
    return (other ? stranger : writer).take();
}

}  // namespace husk::hostile
