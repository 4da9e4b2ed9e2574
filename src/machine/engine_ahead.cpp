#include "machine/engine_ahead.hpp"

#include "base/quiet_thread.hpp"

namespace husk::machine {

EngineAhead::EngineAhead(Engine wanted, x86::Mode mode)
    : thread_{quiet_thread([this, wanted, mode] {
          try {
              promise_.set_value(choose_engine(wanted, mode));
          } catch (...) {
              promise_.set_exception(std::current_exception());
          }
      })}
{}

EngineAhead::~EngineAhead()
{
    if (thread_.joinable()) thread_.join();
}

Chosen EngineAhead::take()
{
    thread_.join();
    return promise_.get_future().get();
}

}  // namespace husk::machine
