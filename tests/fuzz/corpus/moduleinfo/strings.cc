// a "quote and /* no comment
const char *a = "\x41\101\u00e9\U0001F600" L"w" u8R"q(raw " )" )q"; int b = 1'000; char c = '"';
#if 0
'
#else
#define AST_MODULE "water"
#endif
AST_MODULE_INFO(KEY, AST_MODFLAG_LOAD_ORDER, "Wa\
ter", load, unload, nullptr, 17, AST_MODULE_SUPPORT_EXTENDED);
