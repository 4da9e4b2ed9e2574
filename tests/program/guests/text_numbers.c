// Floating point to the last bit, where no library chooses its code by the processor's features; to 13 digits where it does.
#include <math.h>
#include <stdio.h>

static void row(const char* name, const char* format, double (*function)(double))
{
    printf("%-6s", name);
    for (double x = 0.125; x < 100; x *= 3) printf(format, function(x));
    printf("\n");
}

int main(void)
{
    static const char kExact[] = " %a", kRounded[] = " %.13g";
    row("sqrt", kExact, sqrt);
    row("exp", kRounded, exp);
    row("log", kRounded, log);
    row("sin", kRounded, sin);
    row("cos", kRounded, cos);
    row("atan", kRounded, atan);
    row("cbrt", kExact, cbrt);
    row("floor", kExact, floor);
    row("rint", kExact, rint);
    long double sum = 0;
    for (int i = 1; i <= 1000; ++i) sum += 1.0L / i;
    printf("%La %Lf\n", sum, powl(sum, 2.5L));
    float single = 1;
    for (int i = 1; i < 50; ++i) single = single * 1.1f + (float)i / 3;
    printf("%a %e\n", (double)single, (double)single);
    printf("%d %d %d\n", (int)lrint(2.5), (int)lrint(3.5), (int)-7.9);
    printf("%g %g %g\n", 1e308 * 10, sqrt(-1.0) != sqrt(-1.0) ? 1.0 : 0.0, fmod(1e17, 7));
    return 0;
}
