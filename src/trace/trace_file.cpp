#include <husk/trace_file.hpp>

#include "trace/writer.hpp"

namespace husk {

TraceFile::TraceFile(const std::string& path, const std::string& machine) : writer_{std::make_unique<trace::Writer>(path, machine)}
{}
TraceFile::~TraceFile() = default;

void TraceFile::close()
{
    writer_->close();
}

}  // namespace husk
