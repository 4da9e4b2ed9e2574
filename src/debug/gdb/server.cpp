#include "debug/gdb/server.hpp"

#include "base/match.hpp"

#include <husk/error.hpp>

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <thread>
#include <utility>

namespace husk::debug::gdb {

namespace {

bool readable(const pollfd& polled)
{
    return polled.revents != 0;
}

template <std::size_t Count>
void wait_for(std::array<pollfd, Count>& polled)
{
    while (::poll(polled.data(), polled.size(), -1) < 0)
        if (errno != EINTR) throw Error{"poll", errno};
}

pollfd reading(int fd)
{
    return {.fd = fd, .events = POLLIN, .revents = 0};  // nothing is waited for where that is -1
}

}  // namespace

Event::Event(const MakeDescriptor& made) : fd_{made([] { return UniqueFd{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)}; })}
{
    if (!fd_) throw Error{"eventfd", errno};
}

void Event::set() const
{
    const std::uint64_t one = 1;
    (void)!::write(fd_.get(), &one, sizeof one);
}

void Event::clear() const
{
    std::uint64_t count = 0;
    (void)!::read(fd_.get(), &count, sizeof count);
}

UniqueFd Server::accept() const
{
    return made_([this] { return listener_.accept(); });
}

Server::End Server::serve()
{
    for (;;) {
        if (wait() == Came::Wake) return End::Woken;
        UniqueFd socket = accept();
        if (!socket) continue;
        connection_.emplace(std::move(socket));
        session_.emplace(target_);
        connected_ = true;
        const auto end = serve_one();
        connected_ = false;
        const std::string why = connection_->why_gone();
        session_.reset();
        connection_.reset();
        if (end) return *end;
        target_.abandoned();
        say_(fmt::format("gdb: {}; the guest waits for another at {}", why, listener_.name()));
    }
}

std::optional<Server::End> Server::serve_one()
{
    for (;;) {
        while (const auto arrival = connection_->next()) {
            if (const auto end = handle(*arrival)) return end;
            if (!connection_->why_gone().empty()) return std::nullopt;
        }
        if (wait() == Came::Wake) return End::Woken;
        if (!connection_->receive()) return std::nullopt;
    }
}

Server::Came Server::wait()
{
    for (;;) {
        std::array polled{reading(wake_), reading(listener_.descriptor()), reading(connection_ ? connection_->descriptor() : -1)};
        wait_for(polled);
        if (readable(polled[0])) return Came::Wake;
        if (readable(polled[2])) return Came::Bytes;
        if (!connection_) return Came::Bytes;
        turn_away();
    }
}

bool Server::woken() const
{
    pollfd wake = reading(wake_);
    return ::poll(&wake, 1, 0) > 0;
}

void Server::turn_away()
{
    try {
        if (!accept()) return;
    } catch (const Error& error) {
        return say_(fmt::format("gdb: {}", error.what()));
    }
    say_("gdb: another debugger was turned away: there is one already");
}

std::optional<Server::End> Server::handle(const Arrival& arrival)
{
    const bool acknowledges = session_->acknowledges();
    if (const auto* damaged = std::get_if<arrivals::Damaged>(&arrival)) {
        say_("gdb: " + damaged->why);
        if (acknowledges) connection_->acknowledge(false);
        return std::nullopt;
    }
    if (std::holds_alternative<arrivals::Rejected>(arrival)) {
        if (acknowledges) connection_->send_again();
        return std::nullopt;
    }
    const auto* packet = std::get_if<arrivals::Packet>(&arrival);
    if (packet == nullptr) return std::nullopt;  // an interruption of a guest that is stopped
    if (acknowledges) connection_->acknowledge(true);
    return std::visit(match{
                          [&](const outcomes::Answer& answer) -> std::optional<End> {
                              connection_->send_packet(answer.body);
                              return std::nullopt;
                          },
                          [&](const outcomes::GoOn& go) { return go_on(go.how); },
                          [&](const outcomes::Detached& detached) -> std::optional<End> {
                              connection_->send_packet(detached.body);
                              target_.set_breakpoints({});
                              return End::Detached;
                          },
                          [&](const outcomes::Killed& killed) -> std::optional<End> {
                              if (!killed.body.empty()) connection_->send_packet(killed.body);
                              return End::Killed;
                          },
                      },
                      session_->answer(packet->body));
}

std::optional<Server::End> Server::go_on(const requests::Resume& how)
{
    gone_ = false;
    // It may have come with the request itself.
    interrupted_ = connection_->take_interrupts();
    if (interrupted_) target_.interrupt();
    guest_stopped_.clear();
    StopReport report;
    std::exception_ptr failure;
    {
        std::jthread watcher{[&] { watch(); }};
        try {
            report = target_.resume(how);
        } catch (const Error& error) {
            report = {.number = static_cast<int>(Signal::Trap), .reason = {}, .words = fmt::format("husk: {}", error.what())};
            // What the engine cannot do, or the registers that it was given cannot be, is for the debugger's user; what the host
            // fails at is for ours.
            const int code = error.code().value();
            if (code != ENOTSUP && code != EINVAL) failure = std::current_exception();
        } catch (...) {
            failure = std::current_exception();  // not before the watcher has ended
        }
        guest_stopped_.set();
    }
    if (failure) std::rethrow_exception(failure);
    const bool stopped = report.kind == StopReport::Kind::Stopped;
    if ((interrupted_ || gone_) && stopped && !report.cancelled) target_.forget_interrupts();
    return finish(report);
}

std::optional<Server::End> Server::finish(const StopReport& report)
{
    const bool over = report.kind != StopReport::Kind::Stopped;
    if (!gone_)
        for (const std::string& body : session_->tell(report)) connection_->send_packet(body);
    if (over) return End::GuestOver;
    return woken() ? std::optional{End::Woken} : std::nullopt;
}

void Server::watch()
{
    // It ends with the guest's run, or with the debugger; errors are for the next wait() to meet.
    for (bool there = true; there;) {
        std::array polled{reading(guest_stopped_.descriptor()), reading(listener_.descriptor()), reading(connection_->descriptor()),
                          reading(wake_)};
        if (::poll(polled.data(), polled.size(), -1) < 0) continue;
        if (readable(polled[0])) return;
        if (readable(polled[3])) return target_.interrupt();
        if (readable(polled[2])) {
            there = connection_->receive();
            const bool interrupts = there && connection_->take_interrupts();
            interrupted_ = interrupted_ || interrupts;
            gone_ = !there;
            if (interrupts || !there) target_.interrupt();
        }
        // Who comes when one has just gone is the next.
        if (there && readable(polled[1])) turn_away();
    }
}

}  // namespace husk::debug::gdb
