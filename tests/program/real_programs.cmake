# Programs from sources/ by Debian's compilers, and what some of the real programs start from: into built/.
set(built ${CMAKE_CURRENT_BINARY_DIR}/built)
file(MAKE_DIRECTORY ${built})

# add_built(FILE DEPENDS SOURCE... COMMAND WORD...): built/FILE by the command
function(add_built file)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "DEPENDS;COMMAND")
    add_custom_command(OUTPUT ${built}/${file} COMMAND ${arg_COMMAND} DEPENDS ${arg_DEPENDS} WORKING_DIRECTORY ${built}
        COMMENT "Program ${file}" VERBATIM)
    set_property(GLOBAL APPEND PROPERTY HUSK_PROGRAM_FILES ${built}/${file})
endfunction()

# Debian's own compilers, wherever else others may be: a table that names versions must hold everywhere.
find_program(DEBIAN_GO go PATHS /usr/bin NO_DEFAULT_PATH)
find_program(DEBIAN_RUSTC rustc PATHS /usr/bin NO_DEFAULT_PATH)
set(sources ${CMAKE_CURRENT_SOURCE_DIR}/sources)
set(files ${CMAKE_CURRENT_SOURCE_DIR}/files)
if(DEBIAN_GO)
    add_built(concurrent-go DEPENDS ${sources}/concurrent.go COMMAND ${CMAKE_COMMAND} -E env CGO_ENABLED=0 GO111MODULE=off
        GOFLAGS=-trimpath GOCACHE=${built}/go-cache ${DEBIAN_GO} build -o concurrent-go ${sources}/concurrent.go)
endif()
if(DEBIAN_RUSTC)
    add_built(concurrent-rust DEPENDS ${sources}/concurrent.rs
        COMMAND ${DEBIAN_RUSTC} -O --edition 2021 -o concurrent-rust ${sources}/concurrent.rs)
endif()
set(cpp ${CMAKE_CXX_COMPILER} -std=c++20 -O1 -pthread ${sources}/exceptions.cpp -o)
add_built(exceptions-cpp DEPENDS ${sources}/exceptions.cpp COMMAND ${cpp} exceptions-cpp)
add_built(exceptions-cpp-static DEPENDS ${sources}/exceptions.cpp COMMAND ${cpp} exceptions-cpp-static -static)
add_built(program.s DEPENDS ${files}/program.c COMMAND ${CMAKE_C_COMPILER} -O1 -S ${files}/program.c -o program.s)
add_built(program.o DEPENDS ${built}/program.s COMMAND ${CMAKE_C_COMPILER} -c program.s -o program.o)
add_built(program DEPENDS ${built}/program.o COMMAND ${CMAKE_C_COMPILER} -static program.o -o program)
add_built(archive.tar DEPENDS ${files}/prose.txt COMMAND tar -C ${files} --sort=name --owner=0 --group=0 --numeric-owner
    --mtime=@1600000000 -cf ${built}/archive.tar folder prose.txt)
