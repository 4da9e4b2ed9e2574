# What Husk stands on. All are packages of Debian 12 but Unicorn, which must be 2.1 or newer: tools/fetch-unicorn.sh gets it.
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
# Debian has no static libfmt, so a static build has src/base/static_fmt.cpp, which is that library.
add_library(husk_fmt INTERFACE)
if(NOT HUSK_STATIC)
    target_link_libraries(husk_fmt INTERFACE fmt::fmt)
endif()
find_package(tl-expected REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)

find_path(CAPSTONE_INCLUDE capstone/capstone.h REQUIRED)
find_library(CAPSTONE_LIBRARY NAMES libcapstone.a capstone REQUIRED)
add_library(husk_capstone UNKNOWN IMPORTED)
set_target_properties(husk_capstone PROPERTIES
    IMPORTED_LOCATION ${CAPSTONE_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${CAPSTONE_INCLUDE})

# Compiled in where they are included: XXH_INLINE_ALL, and templates.
find_path(XXHASH_INCLUDE xxhash.h REQUIRED)
find_path(RAPIDJSON_INCLUDE rapidjson/reader.h REQUIRED)

find_path(ZSTD_INCLUDE zstd.h REQUIRED)
find_library(ZSTD_LIBRARY NAMES libzstd.a zstd REQUIRED)
add_library(husk_zstd UNKNOWN IMPORTED)
set_target_properties(husk_zstd PROPERTIES IMPORTED_LOCATION ${ZSTD_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${ZSTD_INCLUDE})

# Only to build with: it compiles the seccomp filter, which is then linked as an array.
find_path(SECCOMP_INCLUDE seccomp.h REQUIRED)
find_library(SECCOMP_LIBRARY seccomp REQUIRED)
add_library(husk_seccomp UNKNOWN IMPORTED)
set_target_properties(husk_seccomp PROPERTIES
    IMPORTED_LOCATION ${SECCOMP_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${SECCOMP_INCLUDE})

if(HUSK_SOFT_ENGINE)
    set(HUSK_UNICORN_PREFIX ${CMAKE_SOURCE_DIR}/build/unicorn CACHE PATH "Where tools/fetch-unicorn.sh put Unicorn")
    # A prefix that was removed must not be remembered.
    foreach(found UNICORN_INCLUDE UNICORN_LIBRARY)
        if(${found} AND NOT EXISTS ${${found}})
            unset(${found} CACHE)
        endif()
    endforeach()
    find_path(UNICORN_INCLUDE unicorn/unicorn.h HINTS ${HUSK_UNICORN_PREFIX}/usr/include)
    find_library(UNICORN_LIBRARY NAMES libunicorn.a unicorn
        HINTS ${HUSK_UNICORN_PREFIX}/usr/lib/x86_64-linux-gnu ${HUSK_UNICORN_PREFIX}/usr/lib)
    if(UNICORN_INCLUDE AND UNICORN_LIBRARY)
        file(STRINGS ${UNICORN_INCLUDE}/unicorn/unicorn.h unicorn_version REGEX "#define UC_API_(MAJOR|MINOR) [0-9]+")
        string(REGEX REPLACE "[^0-9;]" "" unicorn_version "${unicorn_version}")
        string(REPLACE ";" "." unicorn_version "${unicorn_version}")
    endif()
    if(NOT UNICORN_INCLUDE OR NOT UNICORN_LIBRARY OR unicorn_version VERSION_LESS 2.1)
        message(WARNING "No Unicorn >= 2.1: building without the software engine. tools/fetch-unicorn.sh build/unicorn gets it.")
        set(HUSK_SOFT_ENGINE OFF)
    else()
        add_library(husk_unicorn UNKNOWN IMPORTED)
        set_target_properties(husk_unicorn PROPERTIES
            IMPORTED_LOCATION ${UNICORN_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${UNICORN_INCLUDE}
            INTERFACE_LINK_LIBRARIES "Threads::Threads;m")
    endif()
endif()
