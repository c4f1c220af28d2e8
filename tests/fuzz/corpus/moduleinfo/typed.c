/*** MODULEINFO <provides type="service" priority="200">timer</provides><use>res_x</use>
<canuse type="function">LEVEL</canuse><willuse type="module">b</willuse><export_globals/>
<description><![CDATA[<&>]]>&#xe9;</description><load_priority>timing</load_priority> ***/
/* AST_MODULE_INFO(, , "Shown") */
AST_MODULE_INFO(KEY, AST_MODFLAG_DEFAULT, text,);
