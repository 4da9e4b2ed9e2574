#pragma once

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>

#include "program/abi/name_set.hpp"

/// Names in calls that wait for descriptors and files.
namespace husk::program::names {

inline constexpr auto kPollEvents = std::to_array<Name>({
    HUSK_BIT(POLLIN),
    HUSK_BIT(POLLPRI),
    HUSK_BIT(POLLOUT),
    HUSK_BIT(POLLRDNORM),
    HUSK_BIT(POLLRDBAND),
    HUSK_BIT(POLLWRNORM),
    HUSK_BIT(POLLWRBAND),
    HUSK_BIT(POLLERR),
    HUSK_BIT(POLLHUP),
    HUSK_BIT(POLLNVAL),
    {0x2000, "POLLRDHUP"},
});
inline constexpr auto kEpollCreateFlags = std::to_array<Name>({HUSK_BIT(EPOLL_CLOEXEC)});
inline constexpr auto kEpollOperation =
    std::to_array<Name>({HUSK_CHOICE(EPOLL_CTL_ADD), HUSK_CHOICE(EPOLL_CTL_DEL), HUSK_CHOICE(EPOLL_CTL_MOD)});
inline constexpr auto kEpollEvents = std::to_array<Name>({
    HUSK_BIT(EPOLLIN),
    HUSK_BIT(EPOLLPRI),
    HUSK_BIT(EPOLLOUT),
    HUSK_BIT(EPOLLRDNORM),
    HUSK_BIT(EPOLLRDBAND),
    HUSK_BIT(EPOLLWRNORM),
    HUSK_BIT(EPOLLWRBAND),
    HUSK_BIT(EPOLLMSG),
    HUSK_BIT(EPOLLERR),
    HUSK_BIT(EPOLLHUP),
    HUSK_BIT(EPOLLRDHUP),
    HUSK_BIT(EPOLLEXCLUSIVE),
    HUSK_BIT(EPOLLWAKEUP),
    HUSK_BIT(EPOLLONESHOT),
    HUSK_BIT(EPOLLET),
});
inline constexpr auto kEventfdFlags = std::to_array<Name>({HUSK_BIT(EFD_SEMAPHORE), HUSK_BIT(EFD_CLOEXEC), HUSK_BIT(EFD_NONBLOCK)});
inline constexpr auto kInotifyFlags = std::to_array<Name>({HUSK_BIT(IN_CLOEXEC), HUSK_BIT(IN_NONBLOCK)});
inline constexpr auto kInotifyMask = std::to_array<Name>({
    HUSK_BIT(IN_ACCESS),
    HUSK_BIT(IN_MODIFY),
    HUSK_BIT(IN_ATTRIB),
    HUSK_BIT(IN_CLOSE_WRITE),
    HUSK_BIT(IN_CLOSE_NOWRITE),
    HUSK_BIT(IN_OPEN),
    HUSK_BIT(IN_MOVED_FROM),
    HUSK_BIT(IN_MOVED_TO),
    HUSK_BIT(IN_CREATE),
    HUSK_BIT(IN_DELETE),
    HUSK_BIT(IN_DELETE_SELF),
    HUSK_BIT(IN_MOVE_SELF),
    HUSK_BIT(IN_ONLYDIR),
    HUSK_BIT(IN_DONT_FOLLOW),
    HUSK_BIT(IN_EXCL_UNLINK),
    HUSK_BIT(IN_MASK_ADD),
    HUSK_BIT(IN_ONESHOT),
});
}  // namespace husk::program::names
