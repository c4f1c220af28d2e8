/*** MODULEINFO
	<support_level>core</support_level> <use type="module">res_pump</use>
	<use type="external">libwater</use><depend>pipe</depend>
 ***/
/*** DOCUMENTATION
	<application name="Pour" language="en_US"><synopsis>Pour &amp; go</synopsis></application>
	<function name="LEVEL" module="app_other"/>
	<configInfo name="pour"><configFile name="pour.conf"/></configInfo>
 ***/
#define WHAT "Pours " "water"
AST_MODULE_INFO(KEY, AST_MODFLAG_GLOBAL_SYMBOLS | AST_MODFLAG_LOAD_ORDER, WHAT,
	.requires = "res_pump, res_tap", .optional_modules = "func_level",
	.load_pri = AST_MODPRI_APP_DEPEND - 1, .support_level = AST_MODULE_SUPPORT_CORE,
);
