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
if(ABILOCK_SANITIZE)
	add_compile_options(-fsanitize=${ABILOCK_SANITIZE} -fno-sanitize-recover=all
		-fno-omit-frame-pointer)
	add_link_options(-fsanitize=${ABILOCK_SANITIZE})
	if(CMAKE_C_COMPILER_ID MATCHES Clang)
		# clang keeps its run time out of shared libraries: the program brings it.
		set(ABILOCK_SHARED_LINK_FLAGS "")
	else()
		set(ABILOCK_SHARED_LINK_FLAGS -Wl,--no-undefined)
	endif()
else()
	set(ABILOCK_SHARED_LINK_FLAGS -Wl,--no-undefined)
endif()
if(ABILOCK_FUZZ)
	if(NOT CMAKE_C_COMPILER_ID MATCHES Clang)
		message(FATAL_ERROR "ABILOCK_FUZZ needs clang: configure with CC=clang")
	endif()
	add_compile_options(-fsanitize=fuzzer-no-link)
endif()
