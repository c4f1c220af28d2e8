# SPDX-License-Identifier: MIT
# What a build checks by itself: that the host has what it declares, that each module loads into its
# host, and that the declaration is the list that the modules need.
include_guard()

# ---- the declaration against objects ----

# The files among the libraries that a target is linked with: static ones, which belong to it, and
# shared ones. Archives and objects are searched in turn.
function(_abilock_linked_files ret_static ret_shared ret_targets target)
	set(wait ${target})
	set(seen)
	set(static)
	set(shared)
	set(targets)
	while(wait)
		list(POP_FRONT wait item)
		string(REGEX REPLACE "^[$]<(LINK_ONLY|BUILD_INTERFACE|BUILD_LOCAL_INTERFACE):(.*)>$" "\\2" item "${item}")
		if("${item}" IN_LIST seen OR "${item}" MATCHES "^-[^l]|[$]<|^::@|^$")
			continue()
		endif()
		list(APPEND seen "${item}")
		if(TARGET "${item}")
			get_target_property(aliased ${item} ALIASED_TARGET)
			if(aliased)
				set(item ${aliased})
			endif()
			get_target_property(type ${item} TYPE)
			get_target_property(imported ${item} IMPORTED)
			if(imported AND type MATCHES "^(STATIC|SHARED|UNKNOWN)_LIBRARY$")
				# By its path: it may be known in its folder alone.
				get_target_property(location ${item} LOCATION)
				_abilock_library_file(file "${location}")
				if(file MATCHES "[.]a$")
					list(APPEND static "${file}")
				elseif(file)
					list(APPEND shared "${file}")
				endif()
			elseif(item STREQUAL target)
			elseif(type STREQUAL "STATIC_LIBRARY")
				list(APPEND static "$<TARGET_FILE:${item}>")
				list(APPEND targets ${item})
			elseif(type STREQUAL "OBJECT_LIBRARY")
				list(APPEND static "$<JOIN:$<TARGET_OBJECTS:${item}>,\n>")
				list(APPEND targets ${item})
			elseif(type STREQUAL "SHARED_LIBRARY")
				list(APPEND shared "$<TARGET_FILE:${item}>")
				list(APPEND targets ${item})
				continue()
			endif()
			foreach(property IN ITEMS LINK_LIBRARIES INTERFACE_LINK_LIBRARIES)
				if(property STREQUAL "LINK_LIBRARIES" AND (imported OR type STREQUAL "INTERFACE_LIBRARY"))
					continue()
				endif()
				get_target_property(more ${item} ${property})
				if(more)
					list(APPEND wait ${more})
				endif()
			endforeach()
		else()
			_abilock_library_file(file "${item}")
			if(file MATCHES "[.]a$|[.]o$")
				list(APPEND static "${file}")
			elseif(file)
				list(APPEND shared "${file}")
			endif()
		endif()
	endwhile()
	set(${ret_static} "${static}" PARENT_SCOPE)
	set(${ret_shared} "${shared}" PARENT_SCOPE)
	set(${ret_targets} "${targets}" PARENT_SCOPE)
endfunction()

# Keeps what a target is linked with, as it is seen at the end of the target's own folder: imported
# libraries may be known nowhere else.
function(_abilock_note_libraries target)
	get_target_property(is_noted ${target} ABILOCK_IS_NOTED)
	if(NOT is_noted)
		_abilock_linked_files(static shared targets ${target})
		set_target_properties(${target} PROPERTIES ABILOCK_IS_NOTED TRUE ABILOCK_LINKED_STATIC "${static}"
			ABILOCK_LINKED_SHARED "${shared}" ABILOCK_LINKED_TARGETS "${targets}")
	endif()
endfunction()

function(_abilock_note_libraries_later target)
	cmake_language(EVAL CODE "cmake_language(DEFER CALL _abilock_note_libraries [[${target}]])")
endfunction()

# The file behind `z`, `-lz` or a path; empty where there is none, or a linker's script.
function(_abilock_library_file ret_file item)
	set(file "${item}")
	if(NOT IS_ABSOLUTE "${item}")
		string(REGEX REPLACE "^-l" "" item "${item}")
		execute_process(COMMAND "${CMAKE_C_COMPILER}" "-print-file-name=lib${item}.so"
			OUTPUT_VARIABLE file OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
	endif()
	set(magic)
	if(IS_ABSOLUTE "${file}" AND EXISTS "${file}")
		file(READ "${file}" magic LIMIT 4 HEX)
	endif()
	if(NOT magic MATCHES "^(7f454c46|213c6172|213c7468)$") # ELF, archive, thin archive
		set(file "")
	endif()
	set(${ret_file} "${file}" PARENT_SCOPE)
endfunction()

# Objects that -flto left without machine code cannot be looked at, and those with a sanitizer or
# counters in them need what no module's author wrote.
function(_abilock_has_plain_objects ret_has target)
	get_target_property(has_lto ${target} INTERPROCEDURAL_OPTIMIZATION)
	get_target_property(options ${target} COMPILE_OPTIONS)
	string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
	set(flags "${CMAKE_C_FLAGS} ${CMAKE_C_FLAGS_${type}} ${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${type}} ${options}")
	set(has TRUE)
	if(has_lto OR flags MATCHES "-fsanitize|-fprofile|--coverage")
		set(has FALSE)
	elseif(flags MATCHES "-flto" AND (CMAKE_C_COMPILER_ID MATCHES "Clang" OR NOT flags MATCHES "-ffat-lto-objects"))
		set(has FALSE)
	endif()
	set(${ret_has} ${has} PARENT_SCOPE)
endfunction()

function(_abilock_check_declaration host)
	foreach(property IN ITEMS NAME DECLARATION OPTIONS FOLDER MODULES EMBEDDED LEFT_OUT NO_COLLECT)
		get_target_property(${property} ${host} ABILOCK_${property})
		if(NOT ${property})
			set(${property} "")
		endif()
	endforeach()
	set(modules ${MODULES} ${EMBEDDED})
	_abilock_has_plain_objects(has_plain_objects ${host})
	if(NOT modules OR NOT has_plain_objects)
		return()
	endif()

	_abilock_note_libraries(${host})
	get_target_property(static ${host} ABILOCK_LINKED_STATIC)
	get_target_property(shared ${host} ABILOCK_LINKED_SHARED)
	get_target_property(targets ${host} ABILOCK_LINKED_TARGETS)
	set(objects "$<TARGET_OBJECTS:${host}>")
	set(host_files "$<JOIN:$<TARGET_OBJECTS:${host}>,\n>")
	foreach(file IN LISTS static)
		set(is_embedded FALSE)
		foreach(module IN LISTS EMBEDDED)
			if(file STREQUAL "$<JOIN:$<TARGET_OBJECTS:${module}>,\n>")
				set(is_embedded TRUE)
			endif()
		endforeach()
		if(NOT is_embedded)
			list(APPEND host_files "${file}")
		endif()
	endforeach()
	set(module_files)
	foreach(module IN LISTS modules)
		list(APPEND module_files --module "$<JOIN:$<TARGET_OBJECTS:${module}>,\n>")
		list(APPEND objects "$<TARGET_OBJECTS:${module}>")
		_abilock_note_libraries(${module})
		get_target_property(module_static ${module} ABILOCK_LINKED_STATIC)
		get_target_property(module_shared ${module} ABILOCK_LINKED_SHARED)
		get_target_property(module_targets ${module} ABILOCK_LINKED_TARGETS)
		list(APPEND module_files ${module_static})
		list(APPEND shared ${module_shared})
		list(APPEND targets ${module_targets})
	endforeach()
	list(REMOVE_DUPLICATES shared)
	list(REMOVE_DUPLICATES targets)
	# The host and its stub are no libraries of the modules: they are what is asked about.
	list(REMOVE_ITEM shared "$<TARGET_FILE:${host}>" "${FOLDER}/lib${NAME}-host.so")
	list(REMOVE_ITEM targets ${host} ${host}_stub ${modules})
	set(libraries)
	if(shared)
		set(libraries --libraries ${shared})
	endif()
	set(command "${ABILOCK_VERSIONGEN}" collect ${OPTIONS} --host ${host_files} ${module_files} ${libraries})

	_abilock_configuration_folder(folder "${FOLDER}")
	set(hint "(cmake --build ${CMAKE_BINARY_DIR} --target ${host}_update writes these lines; NO_COLLECT in abilock_host() turns the check off)")
	set(depends ${objects} ${targets} "${DECLARATION}")
	if(CMAKE_GENERATOR MATCHES "Makefiles")
		# Here objects of other targets are no rules.
		set(depends ${host} ${modules} ${targets} "${DECLARATION}")
	endif()
	_abilock_step("${folder}/${NAME}-collect.stamp" quiet "${hint}" "Declaration of ${NAME} against its modules"
		DEPENDS ${depends}
		COMMAND ${command} --check "${DECLARATION}")
	set(all ALL)
	if(NO_COLLECT OR LEFT_OUT OR NOT ABILOCK_COLLECT)
		set(all) # symbols of modules that are left out would count as not used
	endif()
	add_custom_target(${host}_collect ${all} DEPENDS "${folder}/${NAME}-collect.stamp")
	_abilock_add_update(${host} "${folder}/${NAME}-update.arguments" "${command};--update;${DECLARATION}"
		"${objects}" "${targets}" "${modules}")
endfunction()

# Rewrites the private nodes. A module whose link fails for want of a symbol is why one asks for it,
# so its objects have to do.
function(_abilock_add_update host arguments command objects targets modules)
	list(JOIN command "\n" text)
	file(GENERATE OUTPUT "${arguments}" CONTENT "${text}\n")
	set(run sh "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/abilock-run.sh" show "${arguments}")
	if(CMAKE_GENERATOR MATCHES "Makefiles")
		add_custom_target(${host}_update
			COMMAND sh -c "\"\$@\" -- -k >/dev/null 2>&1 || :" sh "${CMAKE_COMMAND}" --build "${CMAKE_BINARY_DIR}"
				--target ${host} ${modules} ${targets}
			COMMAND ${run}
			COMMENT "Private nodes of ${host}" VERBATIM)
	else()
		set(stamp "${arguments}.objects")
		add_custom_command(OUTPUT "${stamp}"
			COMMAND "${CMAKE_COMMAND}" -E touch "${stamp}"
			DEPENDS ${objects} ${targets} VERBATIM)
		add_custom_target(${host}_update COMMAND ${run}
			DEPENDS "${stamp}"
			COMMENT "Private nodes of ${host}" VERBATIM)
	endif()
endfunction()

# ---- files against the lock ----

function(_abilock_check_host host)
	foreach(property IN ITEMS NAME KIND SONAME DECLARATION OPTIONS FOLDER MODULES PUBLIC EMBEDDED NO_CHECK NO_MANIFESTS)
		get_target_property(${property} ${host} ABILOCK_${property})
		if(NOT ${property})
			set(${property} "")
		endif()
	endforeach()
	if(KIND STREQUAL "library")
		_abilock_library_soname(soname ${host})
		if(NOT soname STREQUAL SONAME)
			_abilock_error("abilock_host(${host})" "the soname was ${SONAME} when abilock_host() was called, and is "
				"${soname} now; set OUTPUT_NAME, SOVERSION and VERSION of ${host} before")
		endif()
	endif()
	_abilock_check_declaration(${host})
	if(NO_CHECK)
		return()
	endif()

	_abilock_configuration_folder(folder "${FOLDER}")
	_abilock_library_path(library_path)
	_abilock_step("${folder}/${NAME}-exports.stamp" quiet "" "Exports of ${NAME} against its declaration"
		DEPENDS ${host} "${DECLARATION}"
		COMMAND "${ABILOCK_ABIAUDIT}" check ${OPTIONS} "${DECLARATION}" "$<TARGET_FILE:${host}>")
	set(stamps "${folder}/${NAME}-exports.stamp")
	if(MODULES)
		set(files ${MODULES})
		list(TRANSFORM files REPLACE "(.+)" "$<TARGET_FILE:\\1>")
		_abilock_step("${folder}/${NAME}-verify.stamp" quiet "" "Modules of ${NAME} against ${NAME}"
			DEPENDS ${host} ${MODULES}
			COMMAND "${ABILOCK_ABIAUDIT}" verify --require-lock ${library_path} --host "$<TARGET_FILE:${host}>"
				${files})
		list(APPEND stamps "${folder}/${NAME}-verify.stamp")
	endif()
	if(PUBLIC)
		set(files ${PUBLIC})
		list(TRANSFORM files REPLACE "(.+)" "$<TARGET_FILE:\\1>")
		_abilock_step("${folder}/${NAME}-public.stamp" public "" "Public modules of ${NAME}"
			DEPENDS ${host} ${PUBLIC} "${folder}/${NAME}-verify.stamp"
			COMMAND "${ABILOCK_ABIAUDIT}" verify --format tsv ${library_path} --host "$<TARGET_FILE:${host}>" ${files})
		list(APPEND stamps "${folder}/${NAME}-public.stamp")
	endif()
	if((MODULES OR EMBEDDED) AND NOT NO_MANIFESTS AND NOT CMAKE_CROSSCOMPILING)
		set(folders)
		foreach(module IN LISTS MODULES)
			list(APPEND folders "$<TARGET_FILE_DIR:${module}>")
		endforeach()
		if(folders)
			set(folders "--dir=$<JOIN:$<REMOVE_DUPLICATES:${folders}>,\n--dir=>")
			_abilock_step("${folder}/${NAME}-modules.stamp" quiet "" "Needs of the modules of ${NAME}"
				DEPENDS ${host} ${MODULES}
				COMMAND "${ABILOCK_ABIMOD}" check --no-index "${folders}" "--host=$<TARGET_FILE:${host}>")
			list(APPEND stamps "${folder}/${NAME}-modules.stamp")
		endif()
	endif()
	add_custom_target(${host}_verify ALL DEPENDS ${stamps})
endfunction()

# A module of an installed host: again when either of them is another file.
function(_abilock_verify_with_file target host is_public)
	_abilock_library_path(library_path)
	_abilock_configuration_folder(folder "${CMAKE_CURRENT_BINARY_DIR}/${target}_abi")
	_abilock_step("${folder}/verify.stamp" quiet "" "${target} against ${host}"
		DEPENDS ${target} "${host}"
		COMMAND "${ABILOCK_ABIAUDIT}" verify --require-lock ${library_path} --host "${host}" "$<TARGET_FILE:${target}>")
	set(stamps "${folder}/verify.stamp")
	if(is_public)
		_abilock_step("${folder}/public.stamp" public "" "${target}, which is public"
			DEPENDS ${target} "${host}" "${folder}/verify.stamp"
			COMMAND "${ABILOCK_ABIAUDIT}" verify --format tsv ${library_path} --host "${host}" "$<TARGET_FILE:${target}>")
		list(APPEND stamps "${folder}/public.stamp")
	endif()
	add_custom_target(${target}_verify ALL DEPENDS ${stamps})
endfunction()
