# SPDX-License-Identifier: MIT
# Compiler settings of the whole tree.
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON) # cleanup attribute, statement expressions
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_BUILD_TYPE)
	set(CMAKE_BUILD_TYPE Release)
endif()

add_compile_definitions(_GNU_SOURCE ABILOCK_VERSION="${PROJECT_VERSION}")
add_compile_options(-Wall -Wextra -Wshadow -Wconversion)
if(ABILOCK_WERROR)
	add_compile_options(-Werror)
endif()
set(ABILOCK_SHARED_LINK_FLAGS -Wl,--no-undefined)
if(ABILOCK_SANITIZE)
	set(ABILOCK_SANITIZE_FLAGS -fsanitize=${ABILOCK_SANITIZE})
	if(CMAKE_C_COMPILER_ID MATCHES Clang AND ABILOCK_SANITIZE MATCHES address AND NOT ABILOCK_FUZZ)
		# The static run time would be hidden by a host's version script from libabilock.so.
		execute_process(COMMAND ${CMAKE_C_COMPILER} -print-runtime-dir
			OUTPUT_VARIABLE runtime_dir OUTPUT_STRIP_TRAILING_WHITESPACE)
		list(APPEND ABILOCK_SANITIZE_FLAGS -shared-libasan -Wl,-rpath,${runtime_dir}
			-Wno-unused-command-line-argument)
	elseif(CMAKE_C_COMPILER_ID MATCHES Clang)
		set(ABILOCK_SHARED_LINK_FLAGS "") # the program brings the run time
	endif()
	add_compile_options(${ABILOCK_SANITIZE_FLAGS} -fno-sanitize-recover=all
		-fno-omit-frame-pointer)
	add_link_options(${ABILOCK_SANITIZE_FLAGS})
endif()
if(ABILOCK_FUZZ)
	if(NOT CMAKE_C_COMPILER_ID MATCHES Clang)
		message(FATAL_ERROR "ABILOCK_FUZZ needs clang: configure with CC=clang")
	endif()
	add_compile_options(-fsanitize=fuzzer-no-link)
endif()
