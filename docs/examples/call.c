#include <husk/husk.h>

#include <stdio.h>

/* The same from C: cc call.c $(pkg-config --cflags --libs husk) -lstdc++ */
int main(int count, char** words)
{
    if (count < 2) return fprintf(stderr, "which program?\n"), 2;
    husk_error error;
    const char* arguments[] = {words[1], NULL};
    husk_frozen* frozen = husk_frozen_from_program(words[1], arguments, NULL, NULL, &error);
    husk_instance* instance = frozen == NULL ? NULL : husk_instance_new(frozen, NULL, &error);
    if (instance == NULL) return fprintf(stderr, "%s\n", error.message), 1;

    const int32_t numbers[] = {1, 2, 3};
    const husk_argument given[] = {husk_in(numbers, sizeof numbers), husk_integer(3)};
    husk_returned result;
    if (husk_call(instance, "sum_of_squares", given, 2, 0, &result, &error) != HUSK_OK)
        return fprintf(stderr, "%s\n", error.message), 1;
    printf("%lld\n", (long long)result.integer);
    husk_instance_free(instance);
    husk_frozen_free(frozen);
    return 0;
}
