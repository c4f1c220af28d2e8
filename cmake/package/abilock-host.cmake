# SPDX-License-Identifier: MIT
# abilock_host(): see abilock-cmake(7).
include_guard()

define_property(TARGET PROPERTY ABILOCK_NAME BRIEF_DOCS "Name of a host"
	FULL_DOCS "Set by abilock_host(): the name in the header's macros and file name.")

# The name that the header has for the host. versiongen knows how it follows from the declaration.
function(_abilock_host_name ret_name target declaration defines)
	if(NOT EXISTS "${declaration}")
		_abilock_error("abilock_host(${target})" "there is no ${declaration}; "
			"where the build makes it, say PREFIX and the name of the host")
	endif()
	string(REGEX REPLACE "^lib" "" name "${target}")
	execute_process(COMMAND "${ABILOCK_VERSIONGEN}" header "${declaration}" --tag id:any
			--soname "lib${name}-host.so.0" ${defines}
		RESULT_VARIABLE status OUTPUT_VARIABLE header ERROR_VARIABLE words)
	if(NOT status EQUAL 0)
		_abilock_error("abilock_host(${target})" "the declaration cannot be used:\n${words}")
	endif()
	string(REGEX MATCH "#define ABILOCK_HOST_NAME \"([^\"]*)\"" unused "${header}")
	set(${ret_name} "${CMAKE_MATCH_1}" PARENT_SCOPE)
endfunction()

# The soname that CMake gives a shared library.
function(_abilock_library_soname ret_soname target)
	foreach(property IN ITEMS OUTPUT_NAME PREFIX SUFFIX SOVERSION VERSION NO_SONAME)
		get_target_property(${property} ${target} ${property})
	endforeach()
	if(NOT OUTPUT_NAME)
		set(OUTPUT_NAME ${target})
	endif()
	if(PREFIX MATCHES "NOTFOUND$")
		set(PREFIX "${CMAKE_SHARED_LIBRARY_PREFIX}")
	endif()
	if(SUFFIX MATCHES "NOTFOUND$")
		set(SUFFIX "${CMAKE_SHARED_LIBRARY_SUFFIX}")
	endif()
	set(soname "${PREFIX}${OUTPUT_NAME}${SUFFIX}")
	if(NOT SOVERSION MATCHES "NOTFOUND$")
		string(APPEND soname ".${SOVERSION}")
	elseif(NOT VERSION MATCHES "NOTFOUND$")
		string(APPEND soname ".${VERSION}")
	endif()
	if(NO_SONAME)
		set(soname "")
	endif()
	set(${ret_soname} "${soname}" PARENT_SCOPE)
endfunction()

# SONAME of a library is what its SOVERSION says, or says what that is to be.
function(_abilock_choose_library_soname ret_soname target wanted)
	_abilock_library_soname(soname ${target})
	if(wanted AND NOT wanted STREQUAL soname)
		get_target_property(version ${target} VERSION)
		get_target_property(soversion ${target} SOVERSION)
		string(LENGTH "${soname}." length)
		string(SUBSTRING "${wanted}" 0 ${length} begin)
		if(version OR soversion OR NOT begin STREQUAL "${soname}.")
			_abilock_error("abilock_host(${target})" "SONAME is ${wanted}, but the soname of this library will be "
				"${soname}; leave SONAME out, or set OUTPUT_NAME and SOVERSION of ${target}")
		endif()
		string(SUBSTRING "${wanted}" ${length} -1 soversion)
		set_target_properties(${target} PROPERTIES SOVERSION "${soversion}")
		set(soname "${wanted}")
	endif()
	if(NOT soname)
		_abilock_error("abilock_host(${target})" "modules find their host by its soname: unset NO_SONAME")
	endif()
	set(${ret_soname} "${soname}" PARENT_SCOPE)
endfunction()

# Tag, version script, header and, for a program, stub. Sets what has to be known of them.
function(_abilock_generate target kind name soname declaration folder tag options types)
	set(tag_file "${folder}/${name}.tag")
	set(outputs "${folder}/${name}.map" "${folder}/${name}_abi.h")
	set(is_program)
	set(stub_command)
	set(objects)
	set(tag_options --tag "${tag}")
	if(tag STREQUAL "abi")
		foreach(library IN LISTS types)
			list(APPEND objects "$<TARGET_OBJECTS:${library}>")
		endforeach()
	else()
		list(APPEND tag_options --repo "${CMAKE_CURRENT_SOURCE_DIR}")
	endif()
	_abilock_machine(machine)
	if(machine)
		list(APPEND options "--machine=${machine}")
	endif()
	if(kind STREQUAL "program")
		set(is_program --program)
		set(stub "${folder}/lib${name}-host.so")
		list(APPEND outputs "${stub}")
		set(stub_command COMMAND "${ABILOCK_VERSIONGEN}" stub "${declaration}" ${objects}
			${tag_options} ${options} --soname "${soname}" -o "${stub}")
	endif()
	if(tag STREQUAL "abi")
		_abilock_generate_exports(${target} "${name}" "${soname}" "${declaration}" "${folder}"
			"${options}" "${types}")
		set(depends ${objects} ${types})
	else()
		# The tag says whether tracked files have edits, so any of them may change it: ask each
		# time. What stays the same is not written, so nothing follows from the same answer.
		add_custom_target(${target}_tag
			COMMAND "${ABILOCK_VERSIONGEN}" tag ${tag_options} -o "${tag_file}"
			BYPRODUCTS "${tag_file}"
			COMMENT "Tag of ${name}" VERBATIM)
		set(depends ${target}_tag "${tag_file}")
	endif()
	add_custom_command(OUTPUT ${outputs}
		COMMAND "${ABILOCK_VERSIONGEN}" map "${declaration}" ${objects} ${tag_options} ${options}
			${is_program} -o "${folder}/${name}.map" --depfile "${folder}/${name}.map.d"
		COMMAND "${ABILOCK_VERSIONGEN}" header "${declaration}" ${objects} ${tag_options} ${options}
			--name "${name}" --soname "${soname}" -o "${folder}/${name}_abi.h"
		${stub_command}
		DEPENDS ${depends} "${declaration}"
		DEPFILE "${folder}/${name}.map.d" # files that the declaration includes
		COMMENT "Version script, header and stub of ${name}"
		VERBATIM COMMAND_EXPAND_LISTS)
	add_custom_target(${target}_abi DEPENDS ${outputs})
endfunction()

# With the tag abi the objects that the types are read from come before the header; they include
# the part of it that depends on no tag.
function(_abilock_generate_exports target name soname declaration folder options types)
	set(exports "${folder}/${name}_export.h")
	add_custom_command(OUTPUT "${exports}"
		COMMAND "${ABILOCK_VERSIONGEN}" header --exports "${declaration}" ${options}
			--name "${name}" --soname "${soname}" -o "${exports}"
		DEPENDS "${declaration}"
		COMMENT "Export macros of ${name}" VERBATIM)
	add_custom_target(${target}_exports DEPENDS "${exports}")
	foreach(library IN LISTS types)
		add_dependencies(${library} ${target}_exports)
		set_property(TARGET ${library} APPEND PROPERTY INCLUDE_DIRECTORIES "${folder}")
	endforeach()
endfunction()

# The library that a host loads its modules with. One that links abilock::static already says so.
function(_abilock_choose_runtime ret_runtime target wanted)
	get_target_property(linked ${target} LINK_LIBRARIES)
	if(NOT wanted)
		if("abilock::static" IN_LIST linked)
			set(wanted static)
		else()
			set(wanted shared)
		endif()
	elseif(NOT wanted MATCHES "^(shared|static|none)$")
		_abilock_error("abilock_host(${target})" "RUNTIME is '${wanted}'; it can be shared, static or none")
	endif()
	if(wanted STREQUAL "static" AND NOT TARGET abilock::static)
		_abilock_error("abilock_host(${target})" "RUNTIME is static, but libabilock.a is not installed")
	endif()
	set(${ret_runtime} "${wanted}" PARENT_SCOPE)
endfunction()

function(_abilock_link_host target kind name soname folder runtime)
	set(map "${folder}/${name}.map")
	add_dependencies(${target} ${target}_abi)
	target_include_directories(${target} PRIVATE "${folder}")
	target_link_options(${target} PRIVATE "-Wl,--version-script=${map}")
	set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS "${map}")
	if(kind STREQUAL "program")
		target_link_options(${target} PRIVATE -rdynamic "-Wl,-soname,${soname}")
	else()
		target_include_directories(${target} INTERFACE "$<BUILD_INTERFACE:${folder}>")
	endif()
	if(runtime STREQUAL "shared")
		_abilock_link(${target} abilock::abilock)
	elseif(runtime STREQUAL "static")
		_abilock_link(${target} abilock::static)
	endif()
endfunction()

# A linker does not take a program as input: modules are linked with the stub in its place.
function(_abilock_add_stub target name soname folder)
	add_library(${target}_stub SHARED IMPORTED GLOBAL)
	add_dependencies(${target}_stub ${target}_abi)
	set_target_properties(${target}_stub PROPERTIES
		IMPORTED_LOCATION "${folder}/lib${name}-host.so"
		IMPORTED_SONAME "${soname}"
		INTERFACE_INCLUDE_DIRECTORIES "${folder}")
endfunction()

# A path for a pkg-config file, below the variable that its prefix has there.
function(_abilock_pc_path ret_path variable path)
	if(NOT IS_ABSOLUTE "${path}")
		set(path "\${${variable}}/${path}")
	endif()
	set(${ret_path} "${path}" PARENT_SCOPE)
endfunction()

# NAME-host.pc: what abilock_module(HOST_PACKAGE) reads, and other build systems too.
function(_abilock_write_pc target kind name soname folder module_dir destination version)
	set(prefix "${CMAKE_INSTALL_PREFIX}")
	if(NOT IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
		# From where the file lies: `cmake --install --prefix` and a moved tree keep working.
		file(RELATIVE_PATH up "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" /)
		string(REGEX REPLACE "/$" "" up "${up}")
		set(prefix "\${pcfiledir}/${up}")
	endif()
	set(exec_prefix "\${prefix}")
	_abilock_pc_path(libdir exec_prefix "${CMAKE_INSTALL_LIBDIR}")
	_abilock_pc_path(includedir prefix "${CMAKE_INSTALL_INCLUDEDIR}")
	_abilock_pc_path(ABILOCK_MODULEDIR exec_prefix "${module_dir}")
	_abilock_pc_path(ABILOCK_HOST exec_prefix "${destination}")
	set(ABILOCK_NAME "${name}")
	set(ABILOCK_VERSION "${version}")
	set(ABILOCK_SONAME "${soname}")
	if(kind STREQUAL "program")
		set(ABILOCK_LIBS "-L\${libdir}/abilock/stubs -l${name}-host")
		string(APPEND ABILOCK_HOST "/$<TARGET_FILE_NAME:${target}>")
	else()
		set(ABILOCK_LIBS "-L${ABILOCK_HOST} -l$<TARGET_FILE_BASE_NAME:${target}>")
		string(APPEND ABILOCK_HOST "/$<TARGET_SONAME_FILE_NAME:${target}>")
	endif()
	get_property(template GLOBAL PROPERTY ABILOCK_HOST_PC)
	configure_file("${template}" "${folder}/${name}-host.pc.in" @ONLY)
	_abilock_configuration_folder(output "${folder}")
	file(GENERATE OUTPUT "${output}/${name}-host.pc" INPUT "${folder}/${name}-host.pc.in")
	install(FILES "${output}/${name}-host.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" ${ARGN})
endfunction()

function(_abilock_install_development target kind name folder headers)
	set(files "${folder}/${name}_abi.h")
	if(EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${name}_abi.h")
		_abilock_error("abilock_host(${target})" "${name}_abi.h in ${CMAKE_CURRENT_SOURCE_DIR} would be included "
			"in the place of the one that is made for each build: remove it, or rename it")
	endif()
	install(FILES ${files} ${headers} DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/${name}" ${ARGN})
	if(kind STREQUAL "program")
		# Not in the library directory: ldconfig would make a link by the soname, a second host.
		install(PROGRAMS "${folder}/lib${name}-host.so"
			DESTINATION "${CMAKE_INSTALL_LIBDIR}/abilock/stubs" ${ARGN})
	endif()
endfunction()

# The index is made of the files as they are installed, so behind all of them: where the rules of a
# directory end that has some. The last of these directories has the last word.
function(_abilock_install_index target)
	get_target_property(has_index ${target} ABILOCK_INDEX)
	get_property(done DIRECTORY PROPERTY ABILOCK_INDEX_OF_${target})
	if(NOT has_index OR done)
		return()
	endif()
	set_property(DIRECTORY PROPERTY ABILOCK_INDEX_OF_${target} TRUE)
	cmake_language(EVAL CODE "cmake_language(DEFER CALL _abilock_write_index [[${target}]])")
endfunction()

# The name that a host has where it is installed. A project that began with an old CMake may not have
# generator expressions in install(CODE), by its policies.
function(_abilock_installed_name ret_name target)
	get_target_property(kind ${target} ABILOCK_KIND)
	get_target_property(name ${target} ABILOCK_SONAME)
	if(kind STREQUAL "program")
		get_target_property(name ${target} OUTPUT_NAME)
		if(NOT name)
			set(name ${target})
		endif()
		get_target_property(suffix ${target} SUFFIX)
		if(suffix)
			string(APPEND name "${suffix}")
		endif()
	endif()
	set(${ret_name} "${name}" PARENT_SCOPE)
endfunction()

function(_abilock_write_index target)
	get_target_property(module_dir ${target} ABILOCK_MODULE_DIR)
	get_target_property(destination ${target} ABILOCK_DESTINATION)
	get_target_property(component ${target} ABILOCK_COMPONENT)
	_abilock_installed(module_dir "${module_dir}")
	_abilock_installed(destination "${destination}")
	_abilock_installed_name(name ${target})
	install(CODE "
set(_abilock_modules \"\$ENV{DESTDIR}${module_dir}\")
set(_abilock_host \"\$ENV{DESTDIR}${destination}/${name}\")
if(IS_DIRECTORY \"\${_abilock_modules}\" AND EXISTS \"\${_abilock_host}\")
	message(STATUS \"Index: \${_abilock_modules}\")
	execute_process(COMMAND \"${ABILOCK_ABIMOD}\" index \"--dir=\${_abilock_modules}\"
		\"--host=\${_abilock_host}\" COMMAND_ERROR_IS_FATAL ANY)
endif()" ${component})
endfunction()

function(_abilock_install_host target kind destination export component development)
	set(export_words)
	if(export)
		set(export_words EXPORT ${export})
	endif()
	if(kind STREQUAL "program")
		install(TARGETS ${target} ${export_words} RUNTIME DESTINATION "${destination}" ${component})
	else()
		set(namelink)
		if(development AND NOT development STREQUAL component)
			list(GET development 1 name)
			set(namelink NAMELINK_COMPONENT ${name})
		endif()
		install(TARGETS ${target} ${export_words} LIBRARY DESTINATION "${destination}" ${component} ${namelink})
	endif()
endfunction()

# What abilock_host() was given. These see its arguments as arg_*.
function(_abilock_check_target this target ret_kind)
	if(NOT TARGET ${target})
		_abilock_error("${this}" "there is no target '${target}'; add_executable() or add_library() comes first")
	endif()
	get_target_property(type ${target} TYPE)
	get_target_property(known ${target} ABILOCK_NAME)
	if(known)
		_abilock_error("${this}" "'${target}' is a host already")
	elseif(type STREQUAL "EXECUTABLE")
		set(${ret_kind} program PARENT_SCOPE)
	elseif(type STREQUAL "SHARED_LIBRARY")
		set(${ret_kind} library PARENT_SCOPE)
	else()
		_abilock_error("${this}" "a host is a program or a shared library, and '${target}' is neither (${type})")
	endif()
	if(NOT arg_DECLARATION)
		_abilock_error("${this}" "DECLARATION is missing: the file that lists what ${target} exports")
	elseif(APPLE OR WIN32)
		_abilock_error("${this}" "only hosts in ELF files can be built with this function")
	endif()
endfunction()

function(_abilock_choose_name ret_name this target declaration options)
	set(name "${arg_PREFIX}")
	if(NOT name)
		_abilock_host_name(name ${target} "${declaration}" "${options}")
	endif()
	if(NOT name MATCHES "^[A-Za-z_][A-Za-z0-9_.+-]*$")
		_abilock_error("${this}" "'${name}' cannot be the name of a host; say PREFIX and a name in the letters "
			"of a file name")
	endif()
	set(${ret_name} "${name}" PARENT_SCOPE)
endfunction()

# Who builds has the last word.
function(_abilock_choose_tag ret_tag this)
	set(tag git)
	if(ABILOCK_TAG)
		set(tag "${ABILOCK_TAG}")
	elseif(arg_TAG)
		set(tag "${arg_TAG}")
	endif()
	if(NOT tag MATCHES "^(git|abi|release:.+|id:.+)$")
		_abilock_error("${this}" "the tag is '${tag}'; it can be git, abi, release:TEXT or id:TEXT")
	elseif(tag STREQUAL "abi" AND NOT arg_TYPES)
		_abilock_error("${this}" "with the tag abi, TYPES are the object libraries with the functions and "
			"variables of the private nodes")
	endif()
	foreach(library IN LISTS arg_TYPES)
		if(NOT TARGET ${library})
			_abilock_error("${this}" "TYPES: there is no target '${library}'")
		endif()
	endforeach()
	set(${ret_tag} "${tag}" PARENT_SCOPE)
endfunction()

function(_abilock_choose_soname ret_soname this target kind name)
	if(kind STREQUAL "library")
		_abilock_choose_library_soname(soname ${target} "${arg_SONAME}")
	elseif(arg_SONAME)
		set(soname "${arg_SONAME}")
	else()
		set(soname "lib${name}-host.so.0")
	endif()
	if(NOT soname MATCHES "^(lib|ld).*[.]so")
		message(WARNING "${this}: rpm takes no notice of the soname '${soname}': let it begin with 'lib' and contain '.so'")
	endif()
	set(${ret_soname} "${soname}" PARENT_SCOPE)
endfunction()

# The first of the values that is not empty.
function(_abilock_first ret_value)
	foreach(value IN LISTS ARGN)
		if(NOT value STREQUAL "")
			set(${ret_value} "${value}" PARENT_SCOPE)
			return()
		endif()
	endforeach()
endfunction()

function(_abilock_add_install_rules target kind name soname folder module_dir destination component)
	set(development ${component})
	if(arg_DEVELOPMENT_COMPONENT)
		set(development COMPONENT ${arg_DEVELOPMENT_COMPONENT})
	endif()
	_abilock_first(version "${arg_VERSION}" "${PROJECT_VERSION}" 0)
	if(NOT arg_NO_INSTALL_HOST)
		_abilock_install_host(${target} ${kind} "${destination}" "${arg_EXPORT}" "${component}" "${development}")
	endif()
	_abilock_install_development(${target} ${kind} "${name}" "${folder}" "${arg_HEADERS}" ${development})
	_abilock_write_pc(${target} ${kind} "${name}" "${soname}" "${folder}" "${module_dir}" "${destination}"
		"${version}" ${development})
	_abilock_install_index(${target})
endfunction()

function(abilock_host target)
	set(this "abilock_host(${target})")
	cmake_parse_arguments(PARSE_ARGV 1 arg
		"LOCK;NO_CHECK;NO_COLLECT;NO_INDEX;NO_INSTALL;NO_INSTALL_HOST;NO_MANIFESTS"
		"COMPONENT;DECLARATION;DESTINATION;DEVELOPMENT_COMPONENT;EXPORT;MODULE_DIR;PREFIX;RUNTIME;SONAME;TAG;VERSION"
		"DEFINE;HEADERS;TYPES")
	_abilock_check_arguments("${this}")
	_abilock_check_target("${this}" ${target} kind)
	include(GNUInstallDirs)

	get_filename_component(declaration "${arg_DECLARATION}" ABSOLUTE)
	set(options ${arg_DEFINE})
	list(TRANSFORM options PREPEND "--define=")
	_abilock_choose_name(name "${this}" ${target} "${declaration}" "${options}")
	_abilock_choose_tag(tag "${this}")
	_abilock_choose_soname(soname "${this}" ${target} ${kind} "${name}")
	_abilock_choose_runtime(runtime ${target} "${arg_RUNTIME}")
	_abilock_first(module_dir "${arg_MODULE_DIR}" "${CMAKE_INSTALL_LIBDIR}/${name}")
	set(component)
	if(arg_COMPONENT)
		set(component COMPONENT ${arg_COMPONENT})
	endif()
	set(has_index TRUE)
	if(arg_NO_INDEX OR arg_NO_MANIFESTS OR arg_NO_INSTALL OR NOT ABILOCK_INDEX OR CMAKE_CROSSCOMPILING)
		set(has_index FALSE)
	endif()
	if(kind STREQUAL "program")
		set(link "${target}_stub")
		_abilock_first(destination "${arg_DESTINATION}" "${CMAKE_INSTALL_BINDIR}")
	else()
		set(link "${target}")
		_abilock_first(destination "${arg_DESTINATION}" "${CMAKE_INSTALL_LIBDIR}")
	endif()

	set(folder "${CMAKE_CURRENT_BINARY_DIR}/${name}_abi")
	file(MAKE_DIRECTORY "${folder}")
	_abilock_generate(${target} ${kind} "${name}" "${soname}" "${declaration}" "${folder}" "${tag}"
		"${options}" "${arg_TYPES}")
	_abilock_link_host(${target} ${kind} "${name}" "${soname}" "${folder}" ${runtime})
	if(kind STREQUAL "program")
		_abilock_add_stub(${target} "${name}" "${soname}" "${folder}")
	endif()
	if(arg_LOCK)
		_abilock_add_lock(${target} "${folder}/${name}_lock" "#define ABILOCK_LOCK_HOST\n#include \"${name}_abi.h\"")
	endif()
	set_target_properties(${target} PROPERTIES
		ABILOCK_NAME "${name}"
		ABILOCK_KIND "${kind}"
		ABILOCK_SONAME "${soname}"
		ABILOCK_DECLARATION "${declaration}"
		ABILOCK_OPTIONS "${options}"
		ABILOCK_FOLDER "${folder}"
		ABILOCK_LINK "${link}"
		ABILOCK_RUNTIME "${runtime}"
		ABILOCK_MODULE_DIR "${module_dir}"
		ABILOCK_DESTINATION "${destination}"
		ABILOCK_COMPONENT "${component}"
		ABILOCK_INDEX "${has_index}"
		ABILOCK_NO_CHECK "${arg_NO_CHECK}"
		ABILOCK_NO_COLLECT "${arg_NO_COLLECT}"
		ABILOCK_NO_INSTALL "${arg_NO_INSTALL}"
		ABILOCK_NO_MANIFESTS "${arg_NO_MANIFESTS}")
	set_property(GLOBAL APPEND PROPERTY ABILOCK_HOSTS ${target})
	if(NOT arg_NO_INSTALL)
		_abilock_add_install_rules(${target} ${kind} "${name}" "${soname}" "${folder}" "${module_dir}"
			"${destination}" "${component}")
	endif()
	_abilock_note_libraries_later(${target})
	# When all modules are known, wherever they are added.
	cmake_language(EVAL CODE
		"cmake_language(DEFER DIRECTORY [[${CMAKE_SOURCE_DIR}]] CALL _abilock_check_host [[${target}]])")
endfunction()
