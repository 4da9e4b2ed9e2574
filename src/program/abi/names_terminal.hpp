#pragma once

#include <termios.h>

#include "program/abi/name_set.hpp"

/// Names of a terminal's settings.
namespace husk::program::names {

inline constexpr auto kTerminalInput = std::to_array<Name>({
    HUSK_BIT(IGNBRK),
    HUSK_BIT(BRKINT),
    HUSK_BIT(IGNPAR),
    HUSK_BIT(PARMRK),
    HUSK_BIT(INPCK),
    HUSK_BIT(ISTRIP),
    HUSK_BIT(INLCR),
    HUSK_BIT(IGNCR),
    HUSK_BIT(ICRNL),
    HUSK_BIT(IUCLC),
    HUSK_BIT(IXON),
    HUSK_BIT(IXANY),
    HUSK_BIT(IXOFF),
    HUSK_BIT(IMAXBEL),
    HUSK_BIT(IUTF8),
});
inline constexpr auto kTerminalOutput = std::to_array<Name>({
    HUSK_FIELD(NL0, NLDLY), HUSK_FIELD(NL1, NLDLY),   HUSK_FIELD(CR0, CRDLY),   HUSK_FIELD(CR1, CRDLY),   HUSK_FIELD(CR2, CRDLY),
    HUSK_FIELD(CR3, CRDLY), HUSK_FIELD(TAB0, TABDLY), HUSK_FIELD(TAB1, TABDLY), HUSK_FIELD(TAB2, TABDLY), HUSK_FIELD(TAB3, TABDLY),
    HUSK_FIELD(BS0, BSDLY), HUSK_FIELD(BS1, BSDLY),   HUSK_FIELD(VT0, VTDLY),   HUSK_FIELD(VT1, VTDLY),   HUSK_FIELD(FF0, FFDLY),
    HUSK_FIELD(FF1, FFDLY), HUSK_BIT(OPOST),          HUSK_BIT(OLCUC),          HUSK_BIT(ONLCR),          HUSK_BIT(OCRNL),
    HUSK_BIT(ONOCR),        HUSK_BIT(ONLRET),         HUSK_BIT(OFILL),          HUSK_BIT(OFDEL),
});
inline constexpr auto kTerminalControl = std::to_array<Name>({
    HUSK_FIELD(B0, CBAUD),      HUSK_FIELD(B1200, CBAUD),  HUSK_FIELD(B2400, CBAUD),  HUSK_FIELD(B4800, CBAUD),
    HUSK_FIELD(B9600, CBAUD),   HUSK_FIELD(B19200, CBAUD), HUSK_FIELD(B38400, CBAUD), HUSK_FIELD(B57600, CBAUD),
    HUSK_FIELD(B115200, CBAUD), HUSK_FIELD(CS5, CSIZE),    HUSK_FIELD(CS6, CSIZE),    HUSK_FIELD(CS7, CSIZE),
    HUSK_FIELD(CS8, CSIZE),     HUSK_BIT(CSTOPB),          HUSK_BIT(CREAD),           HUSK_BIT(PARENB),
    HUSK_BIT(PARODD),           HUSK_BIT(HUPCL),           HUSK_BIT(CLOCAL),          HUSK_BIT(CRTSCTS),
});
inline constexpr auto kTerminalLocal = std::to_array<Name>({
    HUSK_BIT(ISIG),
    HUSK_BIT(ICANON),
    HUSK_BIT(XCASE),
    HUSK_BIT(ECHO),
    HUSK_BIT(ECHOE),
    HUSK_BIT(ECHOK),
    HUSK_BIT(ECHONL),
    HUSK_BIT(NOFLSH),
    HUSK_BIT(IEXTEN),
    HUSK_BIT(ECHOCTL),
    HUSK_BIT(ECHOPRT),
    HUSK_BIT(ECHOKE),
    HUSK_BIT(FLUSHO),
    HUSK_BIT(PENDIN),
    HUSK_BIT(TOSTOP),
    HUSK_BIT(EXTPROC),
});

}  // namespace husk::program::names
