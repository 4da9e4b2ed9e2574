#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Node {
    struct Node *left, *right;
    int key;
} Node;

static Node* insert(Node* at, int key)
{
    if (at == NULL) {
        at = calloc(1, sizeof *at);
        at->key = key;
    } else if (key < at->key) {
        at->left = insert(at->left, key);
    } else {
        at->right = insert(at->right, key);
    }
    return at;
}

static void walk(const Node* at, void (*visit)(int))
{
    if (at == NULL) return;
    walk(at->left, visit);
    visit(at->key);
    walk(at->right, visit);
}

static void print(int key)
{
    printf("%d ", key);
}

static double norm(const double* restrict a, const double* restrict b, size_t size)
{
    double sum = 0;
    for (size_t i = 0; i < size; ++i) sum += a[i] * b[i];
    return sum;
}

int main(void)
{
    Node* root = NULL;
    unsigned random = 1;
    for (int i = 0; i < 20; ++i) root = insert(root, (int)((random = random * 1103515245 + 12345) >> 16) % 100);
    walk(root, print);
    double a[64], b[64];
    for (int i = 0; i < 64; ++i) a[i] = b[i] = i / 3.0;
    printf("\n%f\n", norm(a, b, 64));
    return 0;
}
