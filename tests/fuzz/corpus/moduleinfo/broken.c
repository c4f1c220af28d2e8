/*** MODULEINFO <use>a</b> <use type="">x</use> ***/
/*** DOCUMENTATION <application/> &water; */
AST_MODULE_INFO(, , "Shown"
AST_MODULE_INFO_STANDARD(KEY, "open
