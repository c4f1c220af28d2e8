# SPDX-License-Identifier: MIT
# What abilock_host() and abilock_module() share.
include_guard()

# An error of the caller, with the name of the function that was called. The text may come in pieces.
function(_abilock_error function)
	set(text)
	math(EXPR last "${ARGC} - 1")
	foreach(i RANGE 1 ${last}) # a list would lose the semicolons
		string(APPEND text "${ARGV${i}}")
	endforeach()
	message(FATAL_ERROR "${function}: ${text}")
endfunction()

# Stops at arguments that cmake_parse_arguments(arg) did not take.
macro(_abilock_check_arguments function)
	if(arg_UNPARSED_ARGUMENTS)
		list(JOIN arg_UNPARSED_ARGUMENTS "', '" _abilock_words)
		_abilock_error("${function}" "'${_abilock_words}' is not understood; see abilock-cmake(7)")
	endif()
	if(arg_KEYWORDS_MISSING_VALUES)
		list(JOIN arg_KEYWORDS_MISSING_VALUES ", " _abilock_words)
		_abilock_error("${function}" "a value is missing behind ${_abilock_words}")
	endif()
endmacro()

# Appends to LINK_LIBRARIES. target_link_libraries() would force the plain or the keyword signature
# on all other calls for this target.
function(_abilock_link target)
	set_property(TARGET ${target} APPEND PROPERTY LINK_LIBRARIES ${ARGN})
endfunction()

# Whether a folder, or one above it, is a git checkout.
function(_abilock_is_checkout ret_is folder)
	set(is OFF)
	while(NOT is)
		if(EXISTS "${folder}/.git")
			set(is ON)
		endif()
		get_filename_component(above "${folder}" DIRECTORY)
		if(above STREQUAL folder)
			break()
		endif()
		set(folder "${above}")
	endwhile()
	set(${ret_is} ${is} PARENT_SCOPE)
endfunction()

# The folder of an installation, as it is when `cmake --install` runs.
function(_abilock_installed ret_path path)
	if(NOT IS_ABSOLUTE "${path}")
		set(path "\${CMAKE_INSTALL_PREFIX}/${path}")
	endif()
	set(${ret_path} "${path}" PARENT_SCOPE)
endfunction()

# LOCK: a source that has the lock, for a target whose own sources say nothing of it.
function(_abilock_add_lock target file words)
	get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
	if(C IN_LIST languages)
		string(APPEND file ".c")
	else()
		string(APPEND file ".cpp")
	endif()
	file(CONFIGURE OUTPUT "${file}" CONTENT "${words}\n" @ONLY)
	target_sources(${target} PRIVATE "${file}")
endfunction()

# Where the modules are built for another machine than the tools run on, or for its 32 bits: the
# name of that machine, as for versiongen --machine; else empty.
function(_abilock_machine ret_machine)
	set(machine "${ABILOCK_MACHINE}")
	if(NOT machine AND CMAKE_CROSSCOMPILING)
		if(CMAKE_C_COMPILER_TARGET)
			set(machine "${CMAKE_C_COMPILER_TARGET}")
		elseif(CMAKE_C_COMPILER)
			execute_process(COMMAND "${CMAKE_C_COMPILER}" -dumpmachine
				OUTPUT_VARIABLE machine OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
		endif()
		if(NOT machine)
			set(machine "${CMAKE_SYSTEM_PROCESSOR}")
		endif()
	elseif(NOT machine AND CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64" AND CMAKE_SIZEOF_VOID_P EQUAL 4)
		set(machine i386)
	endif()
	set(${ret_machine} "${machine}" PARENT_SCOPE)
endfunction()

# --library-path for `abiaudit verify` where the C library is not that of this machine.
function(_abilock_library_path ret_options)
	set(options)
	if(CMAKE_CROSSCOMPILING AND CMAKE_C_COMPILER)
		separate_arguments(flags NATIVE_COMMAND "${CMAKE_C_FLAGS}")
		if(CMAKE_C_COMPILER_TARGET AND CMAKE_C_COMPILER_ID MATCHES Clang)
			list(APPEND flags "--target=${CMAKE_C_COMPILER_TARGET}")
		endif()
		if(CMAKE_SYSROOT)
			list(APPEND flags "--sysroot=${CMAKE_SYSROOT}")
		endif()
		execute_process(COMMAND "${CMAKE_C_COMPILER}" ${flags} -print-file-name=libc.so.6
			OUTPUT_VARIABLE libc OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
		if(IS_ABSOLUTE "${libc}")
			get_filename_component(libc "${libc}" REALPATH)
			get_filename_component(folder "${libc}" DIRECTORY)
			set(options "--library-path" "${folder}")
		endif()
	endif()
	set(${ret_options} "${options}" PARENT_SCOPE)
endfunction()

# Files of one configuration are made anew for each where a build has several.
function(_abilock_configuration_folder ret_folder folder)
	get_property(is_multi GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
	if(is_multi)
		string(APPEND folder "/$<CONFIG>")
	endif()
	set(${ret_folder} "${folder}" PARENT_SCOPE)
endfunction()

# A build step that runs one command, with its arguments in a file and what it prints kept back
# unless it fails.
#
#   _abilock_step(STAMP HOW HINT COMMENT DEPENDS <file>... COMMAND <argument>...)
#
# STAMP is touched where it succeeds, HOW and HINT are those of abilock-run.sh.
function(_abilock_step stamp how hint comment)
	cmake_parse_arguments(PARSE_ARGV 4 arg "" "" "DEPENDS;COMMAND")
	list(JOIN arg_COMMAND "\n" text)
	set(run "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/abilock-run.sh")
	string(REGEX REPLACE "[.]stamp$" ".arguments" arguments "${stamp}")
	file(GENERATE OUTPUT "${arguments}" CONTENT "${text}\n")
	add_custom_command(OUTPUT "${stamp}"
		COMMAND sh "${run}" ${how} "${arguments}" "${hint}"
		COMMAND "${CMAKE_COMMAND}" -E touch "${stamp}"
		DEPENDS ${arg_DEPENDS} "${arguments}" "${run}"
		COMMENT "${comment}"
		VERBATIM)
endfunction()
