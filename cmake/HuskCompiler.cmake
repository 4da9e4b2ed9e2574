# One target with the flags every part of Husk is compiled with.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# ccache takes a precompiled header only if told that __TIME__ and macros defined before it do not matter, as they do not here.
find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()

add_library(husk_flags INTERFACE)
target_compile_options(husk_flags INTERFACE
    $<$<COMPILE_LANGUAGE:C,CXX>:-Wall -Wextra -Wpedantic -Wconversion -Wshadow>)
# GCC 12 takes "text" + std::string for an overlapping copy, or an endless one (GCC bug 105651).
target_compile_options(husk_flags INTERFACE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-restrict -Wno-stringop-overflow -Wno-array-bounds>)
option(HUSK_WERROR "Treat warnings as errors" ${PROJECT_IS_TOP_LEVEL})
if(HUSK_WERROR)
    target_compile_options(husk_flags INTERFACE $<$<COMPILE_LANGUAGE:C,CXX>:-Werror>)
endif()
if(HUSK_SANITIZE)
    target_compile_options(husk_flags INTERFACE
        $<$<COMPILE_LANGUAGE:C,CXX>:-fsanitize=${HUSK_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer>)
    # What sanitizers add confuses GCC's flow analysis, as its manual says.
    target_compile_options(husk_flags INTERFACE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-maybe-uninitialized>)
    target_link_options(husk_flags INTERFACE -fsanitize=${HUSK_SANITIZE})
    set(HUSK_STATIC OFF)
endif()
if(HUSK_FUZZ)
    # Everything tells the fuzzer which branches an input took; main() is the fuzzer's own.
    target_compile_options(husk_flags INTERFACE $<$<COMPILE_LANGUAGE:C,CXX>:-fsanitize=fuzzer-no-link>)
endif()

# husk_precompile(TARGET HEADER...): what nearly every file of TARGET includes, parsed once. Not with the fuzzers, whose build is the
# one to notice a file that does not include what it uses. -fpch-preprocess is what ccache needs to see through them.
function(husk_precompile target)
    if(NOT HUSK_FUZZ)
        target_compile_options(${target} PRIVATE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fpch-preprocess>)
        target_precompile_headers(${target} PRIVATE ${ARGN})
    endif()
endfunction()

# husk_together(TARGET HEADER SOURCE...): those of the SOURCEs that include HEADER are compiled some at a time, as one. For a header
# whose inline functions take longer to compile than all else in a file. Only with sanitizers, which make that worst, and whose builds
# are not where clang-tidy looks for how each source is compiled.
function(husk_together target header)
    if(NOT HUSK_SANITIZE)
        return()
    endif()
    set(at_a_time 5)
    set(count 0)
    foreach(source ${ARGN})
        file(STRINGS ${source} found REGEX "#include <${header}>" LIMIT_COUNT 1)
        if(found)
            math(EXPR group "${count} / ${at_a_time}")
            math(EXPR count "${count} + 1")
            set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${group})
        endif()
    endforeach()
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
endfunction()
