#include "machine/engine_ahead.hpp"

#include "base/quiet_thread.hpp"

#include <utility>

namespace husk::machine {

EngineAhead::EngineAhead(Engine wanted, x86::Mode mode)
    : thread_{quiet_thread([this, wanted, mode] {
          try {
              Chosen chosen = choose_engine(wanted, mode);
              if (const Then use = use_.get_future().get()) use(std::move(chosen));
              done_.set_value();
          } catch (...) {
              done_.set_exception(std::current_exception());
          }
      })}
{}

EngineAhead::~EngineAhead()
{
    if (!told_) use_.set_value({});
    if (thread_.joinable()) thread_.join();
}

void EngineAhead::then(Then use)
{
    use_.set_value(std::move(use));
    told_ = true;
}

void EngineAhead::finish()
{
    thread_.join();
    done_.get_future().get();
}

}  // namespace husk::machine
