#pragma once

// All of Husk's public interface.
#include <husk/address.hpp>
#include <husk/device.hpp>
#include <husk/error.hpp>
#include <husk/frozen.hpp>
#include <husk/frozen_program.hpp>
#include <husk/host_function.hpp>
#include <husk/image.hpp>
#include <husk/instance.hpp>
#include <husk/machine.hpp>
#include <husk/memory.hpp>
#include <husk/pool.hpp>
#include <husk/program.hpp>
#include <husk/program_snapshot.hpp>
#include <husk/step.hpp>
#include <husk/stop.hpp>
#include <husk/trace_file.hpp>
#include <husk/x86.hpp>
