# `cmake --install`: headers, libhusk.a, the husk command, and what find_package(husk) and pkg-config need. libhusk.a is static, so
# whoever links it links what it stands on: Capstone comes from the system, and so does fmt unless HUSK_STATIC compiled it in;
# Unicorn, for which most systems have no package that is new enough, is installed beside it.
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/husk)

install(TARGETS husk EXPORT husk_targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS husk_command RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY include/husk DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp" PATTERN "*.h")
install(FILES LICENSE README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)

# Unicorn is GPL-2.0, unlike Husk: named here, and in a folder of its own. A shared one is the system's and stays where it is.
set(husk_pc_unicorn "")
set(husk_own_unicorn "")
if(HUSK_SOFT_ENGINE AND UNICORN_LIBRARY MATCHES "\\.a$")
    install(FILES ${UNICORN_LIBRARY} DESTINATION ${CMAKE_INSTALL_LIBDIR}/husk)
    install(FILES ${HUSK_UNICORN_PREFIX}/usr/share/doc/libunicorn-dev/copyright
        DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME unicorn-copyright OPTIONAL)
    get_filename_component(husk_own_unicorn ${UNICORN_LIBRARY} NAME)
    set(husk_pc_unicorn "\${libdir}/husk/${husk_own_unicorn} ")
elseif(HUSK_SOFT_ENGINE)
    set(husk_pc_unicorn "-lunicorn ")
endif()

install(EXPORT husk_targets NAMESPACE husk:: DESTINATION ${package_dir} FILE husk-targets.cmake)
configure_package_config_file(cmake/husk-config.cmake.in ${PROJECT_BINARY_DIR}/husk-config.cmake
    INSTALL_DESTINATION ${package_dir} PATH_VARS CMAKE_INSTALL_LIBDIR)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/husk-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/husk-config.cmake ${PROJECT_BINARY_DIR}/husk-config-version.cmake DESTINATION ${package_dir})

# Relative, so that an installed tree may be moved.
file(RELATIVE_PATH husk_pc_to_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
set(husk_pc_fmt "")
if(NOT HUSK_STATIC)
    set(husk_pc_fmt " -lfmt")
endif()
configure_file(cmake/husk.pc.in ${PROJECT_BINARY_DIR}/husk.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/husk.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
