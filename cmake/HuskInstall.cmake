# `cmake --install`: headers, libhusk.a, the husk command, and what find_package(husk) and pkg-config need. libhusk.a is static, so
# whoever links it links what it stands on: fmt is compiled in, Capstone comes from the system, and Unicorn, for which most systems
# have no package that is new enough, is installed beside it.
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/husk)

install(TARGETS husk EXPORT husk_targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS husk_command RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY include/husk DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
install(FILES LICENSE README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)

set(husk_pc_unicorn "")
if(HUSK_SOFT_ENGINE)
    # GPL-2.0, unlike Husk: named here, and in a folder of its own.
    set(unicorn_dir ${CMAKE_INSTALL_LIBDIR}/husk)
    get_filename_component(unicorn_file ${UNICORN_LIBRARY} NAME)
    install(FILES ${UNICORN_LIBRARY} DESTINATION ${unicorn_dir})
    set(unicorn_copyright ${HUSK_UNICORN_PREFIX}/usr/share/doc/libunicorn-dev/copyright)
    install(FILES ${unicorn_copyright} DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME unicorn-copyright OPTIONAL)
    set(husk_pc_unicorn "\${libdir}/husk/${unicorn_file} ")
endif()

install(EXPORT husk_targets NAMESPACE husk:: DESTINATION ${package_dir} FILE husk-targets.cmake)
configure_package_config_file(cmake/husk-config.cmake.in ${PROJECT_BINARY_DIR}/husk-config.cmake
    INSTALL_DESTINATION ${package_dir} PATH_VARS CMAKE_INSTALL_LIBDIR)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/husk-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/husk-config.cmake ${PROJECT_BINARY_DIR}/husk-config-version.cmake DESTINATION ${package_dir})

configure_file(cmake/husk.pc.in ${PROJECT_BINARY_DIR}/husk.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/husk.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
