#ifndef X
#define foo bar \
	foo
extern "C" {
namespace n { /* foo( */
int f(int foo), foo __attribute__((x)); // foo;
struct s { int foo; };
}
}
static inline int g(void) { return foo(1); }
const char *t = "foo(";
#endif
