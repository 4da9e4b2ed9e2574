#include <husk/trace_file.hpp>

#include "trace/writer.hpp"

namespace husk {

TraceFile::TraceFile(const std::string& path) : writer_{std::make_unique<trace::Writer>(path)} {}
TraceFile::~TraceFile() = default;

void TraceFile::close()
{
    writer_->close();
}

}  // namespace husk
