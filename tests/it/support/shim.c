/* Stands between a program and its C library, so that the program itself carries no hook for its tests.
 *
 * COMPTOIR_SHIM_UNDER   folder whose files are watched
 * COMPTOIR_SHIM_RECORD  file that receives every write, synchronisation and change of name under that folder, and what
 *                       goes to standard output, in the order in which they happened
 * COMPTOIR_SHIM_RULES   one rule per line: CALL PATTERN NTH ACTION
 *                         CALL     open (for writing), write, truncate, sync, rename, unlink, send, recv, say
 *                         PATTERN  part of the path, or of what is sent, received or said; * for any
 *                         NTH      which of the matching calls; 0 for each
 *                         ACTION   kill-before, kill-after, the number of the error to give, or then: what follows
 *                                  counts from there on
 * COMPTOIR_SHIM_SWITCH  when given, errors are given only while that file exists
 * COMPTOIR_SHIM_CLOCK   file with the seconds by which the clock is wrong
 * COMPTOIR_SHIM_REACHED file that receives one line for every machine that is connected to, every name that is looked up,
 *                       and every file under the watched folder that is opened
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { DESCRIPTORS = 4096, RULES = 16 };

typedef struct {
    char call[16], pattern[128], action[16];
    long nth, seen;
} rule;

static char *paths[DESCRIPTORS]; /* of the descriptors under the watched folder */
static rule rules[RULES];
static int rule_count, record = -1, reached = -1;
static const char *under, *clock_file, *switch_file;
static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void) {
    under = getenv("COMPTOIR_SHIM_UNDER");
    clock_file = getenv("COMPTOIR_SHIM_CLOCK");
    switch_file = getenv("COMPTOIR_SHIM_SWITCH");
    const char *log = getenv("COMPTOIR_SHIM_RECORD");
    if (log) record = REAL(open)(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const char *calls = getenv("COMPTOIR_SHIM_REACHED");
    if (calls) reached = REAL(open)(calls, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const char *text = getenv("COMPTOIR_SHIM_RULES");
    while (text && *text && rule_count < RULES) {
        rule *r = &rules[rule_count];
        if (sscanf(text, "%15s %127s %ld %15s", r->call, r->pattern, &r->nth, r->action) == 4) rule_count++;
        text = strchr(text, '\n');
        if (text) text++;
    }
}

static int watched(const char *path) { return under && path && strncmp(path, under, strlen(under)) == 0; }

static const char *path_of(int fd) { return fd >= 0 && fd < DESCRIPTORS ? paths[fd] : NULL; }

/* One record: kind, length of the path, offset, length of the content, then both. */
static void note(char kind, const char *path, uint64_t offset, const void *content, size_t length) {
    if (record < 0) return;
    uint32_t path_length = (uint32_t)strlen(path), content_length = (uint32_t)length;
    char head[17];
    head[0] = kind;
    memcpy(head + 1, &path_length, 4);
    memcpy(head + 5, &offset, 8);
    memcpy(head + 13, &content_length, 4);
    struct iovec parts[] = {{head, sizeof head}, {(void *)path, path_length}, {(void *)content, length}};
    if (REAL(writev)(record, parts, 3) < 0) abort();
}

/* One line of what was reached, in one write: several processes share the file. */
static void reach(const char *how, const char *what, unsigned port) {
    char line[4096];
    if (reached < 0) return;
    int kept = errno, length = snprintf(line, sizeof line, port ? "%s %s:%u\n" : "%s %s\n", how, what, port);
    if (length > (int)sizeof line) length = sizeof line;
    if (REAL(write)(reached, line, (size_t)length) != length) abort();
    errno = kept;
}

static void end(void) { REAL(kill)(getpid(), SIGKILL); for (;;) pause(); }

static int matches(const rule *r, const char *call, const void *subject, size_t length) {
    return strcmp(r->call, call) == 0 &&
           (strcmp(r->pattern, "*") == 0 || memmem(subject, length, r->pattern, strlen(r->pattern)) != NULL);
}

/* Decides about one call: ends the program, or gives the error to answer with, or 0 to go on. */
static int decide(const char *call, const void *subject, size_t length, int *ends_after) {
    int failure = 0;
    for (int i = 0; i < rule_count; i++) {
        rule *r = &rules[i];
        int is_step = strcmp(r->action, "then") == 0, is_kill = r->action[0] == 'k';
        if (is_step && r->seen == r->nth) continue;
        int is_hit = matches(r, call, subject, length);
        if (is_hit && !is_step && !is_kill && switch_file && access(switch_file, F_OK) != 0) is_hit = 0;
        r->seen += is_hit;
        if (is_step) break;
        if (!is_hit || (r->nth != 0 && r->seen != r->nth)) continue;
        if (strcmp(r->action, "kill-before") == 0) end();
        else if (strcmp(r->action, "kill-after") == 0) *ends_after = 1;
        else failure = atoi(r->action);
    }
    return failure;
}

/* Wraps one call: the lock keeps the order of the record that of the effects. */
#define AROUND(type, call, subject, length, really, noted)                       \
    do {                                                                         \
        int ends_after = 0;                                                      \
        pthread_mutex_lock(&lock);                                               \
        int failure = decide(call, subject, length, &ends_after);                \
        type result = -1;                                                        \
        if (failure == 0) {                                                      \
            result = really;                                                     \
            if (result >= 0) { int kept = errno; noted; errno = kept; }          \
        }                                                                        \
        if (ends_after) end();                                                   \
        pthread_mutex_unlock(&lock);                                             \
        if (failure != 0) errno = failure;                                       \
        return result;                                                           \
    } while (0)

static int opened(int (*real)(const char *, int, ...), const char *path, int flags, mode_t mode) {
    if (!watched(path)) return real(path, flags, mode);
    reach("open", path, 0);
    int writes = (flags & O_ACCMODE) != O_RDONLY || (flags & O_CREAT);
    AROUND(int, writes ? "open" : "look", path, strlen(path), ({
        int is_new = (flags & O_CREAT) && access(path, F_OK) != 0;
        int fd = real(path, flags, mode);
        if (fd >= 0 && fd < DESCRIPTORS) {
            free(paths[fd]);
            paths[fd] = strdup(path);
            if (is_new) note('C', path, 0, "", 0);
            else if (flags & O_TRUNC) note('T', path, 0, "", 0);
        }
        fd;
    }), (void)0);
}

#define OPEN(name)                                                               \
    int name(const char *path, int flags, ...) {                                 \
        mode_t mode = 0;                                                         \
        if (flags & (O_CREAT | O_TMPFILE)) {                                     \
            va_list rest;                                                        \
            va_start(rest, flags);                                               \
            mode = va_arg(rest, mode_t);                                         \
            va_end(rest);                                                        \
        }                                                                        \
        return opened(REAL(name), path, flags, mode);                            \
    }
OPEN(open)
OPEN(open64)

int close(int fd) {
    if (path_of(fd)) {
        free(paths[fd]);
        paths[fd] = NULL;
    }
    return REAL(close)(fd);
}

static ssize_t written_at(int fd, const void *content, size_t length, off_t offset) {
    const char *path = paths[fd];
    AROUND(ssize_t, "write", path, strlen(path), REAL(pwrite)(fd, content, length, offset),
           note('W', path, (uint64_t)offset, content, (size_t)result));
}

ssize_t pwrite(int fd, const void *content, size_t length, off_t offset) {
    return path_of(fd) ? written_at(fd, content, length, offset) : REAL(pwrite)(fd, content, length, offset);
}

ssize_t pwrite64(int fd, const void *content, size_t length, off64_t offset) {
    return path_of(fd) ? written_at(fd, content, length, offset) : REAL(pwrite64)(fd, content, length, offset);
}

static int is_socket(int fd) {
    struct stat found;
    return fstat(fd, &found) == 0 && S_ISSOCK(found.st_mode);
}

ssize_t write(int fd, const void *content, size_t length) {
    const char *path = path_of(fd);
    if (path) {
        struct stat found;
        int appends = fcntl(fd, F_GETFL) & O_APPEND;
        off_t offset = appends && fstat(fd, &found) == 0 ? found.st_size : lseek(fd, 0, SEEK_CUR);
        AROUND(ssize_t, "write", path, strlen(path), REAL(write)(fd, content, length),
               note('W', path, (uint64_t)offset, content, (size_t)result));
    }
    if (fd == STDOUT_FILENO)
        AROUND(ssize_t, "say", content, length, REAL(write)(fd, content, length),
               note('A', "", 0, content, (size_t)result));
    if (rule_count && is_socket(fd))
        AROUND(ssize_t, "send", content, length, REAL(write)(fd, content, length), (void)0);
    return REAL(write)(fd, content, length);
}

static int cut(int (*real)(int, off_t), int fd, off_t length) {
    const char *path = path_of(fd);
    if (!path) return real(fd, length);
    AROUND(int, "truncate", path, strlen(path), real(fd, length), note('T', path, (uint64_t)length, "", 0));
}

int ftruncate(int fd, off_t length) { return cut(REAL(ftruncate), fd, length); }
int ftruncate64(int fd, off64_t length) { return cut(REAL(ftruncate64), fd, length); }

static int synchronised(int (*real)(int), int fd) {
    const char *path = path_of(fd);
    if (!path) return real(fd);
    AROUND(int, "sync", path, strlen(path), real(fd), note('S', path, 0, "", 0));
}

int fsync(int fd) { return synchronised(REAL(fsync), fd); }
int fdatasync(int fd) { return synchronised(REAL(fdatasync), fd); }

int unlink(const char *path) {
    if (!watched(path)) return REAL(unlink)(path);
    AROUND(int, "unlink", path, strlen(path), REAL(unlink)(path), note('U', path, 0, "", 0));
}

int rename(const char *from, const char *to) {
    if (!watched(to)) return REAL(rename)(from, to);
    AROUND(int, "rename", to, strlen(to), REAL(rename)(from, to), note('R', from, 0, to, strlen(to)));
}

int mkdir(const char *path, mode_t mode) {
    if (!watched(path)) return REAL(mkdir)(path, mode);
    AROUND(int, "mkdir", path, strlen(path), REAL(mkdir)(path, mode), note('M', path, 0, "", 0));
}

/* What is sent and received is matched by its content: a connection has no name worth matching. */
ssize_t send(int fd, const void *content, size_t length, int flags) {
    if (!rule_count) return REAL(send)(fd, content, length, flags);
    AROUND(ssize_t, "send", content, length, REAL(send)(fd, content, length, flags), (void)0);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    if (!rule_count || path_of(fd) || !is_socket(fd)) return REAL(writev)(fd, parts, count);
    size_t length = 0;
    for (int i = 0; i < count; i++) length += parts[i].iov_len;
    char *content = malloc(length + 1), *next = content;
    for (int i = 0; i < count; i++) next = mempcpy(next, parts[i].iov_base, parts[i].iov_len);
    AROUND(ssize_t, "send", content, length, ({ free(content); REAL(writev)(fd, parts, count); }), (void)0);
}

ssize_t recv(int fd, void *content, size_t length, int flags) {
    ssize_t received = REAL(recv)(fd, content, length, flags);
    if (!rule_count || received <= 0 || (flags & MSG_PEEK)) return received;
    AROUND(ssize_t, "recv", content, (size_t)received, received, (void)0);
}

int connect(int fd, const struct sockaddr *machine, socklen_t length) {
    char address[INET6_ADDRSTRLEN] = "another kind of address";
    unsigned port = 0;
    if (machine->sa_family == AF_INET) {
        const struct sockaddr_in *four = (const void *)machine;
        inet_ntop(AF_INET, &four->sin_addr, address, sizeof address);
        port = ntohs(four->sin_port);
    } else if (machine->sa_family == AF_INET6) {
        const struct sockaddr_in6 *six = (const void *)machine;
        inet_ntop(AF_INET6, &six->sin6_addr, address, sizeof address);
        port = ntohs(six->sin6_port);
    }
    reach("connect", address, port);
    return REAL(connect)(fd, machine, length);
}

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
    reach("resolve", name ? name : "", 0);
    return REAL(getaddrinfo)(name, service, hints, found);
}

/* The clock on the wall; the one that only counts stays as it is. */
static time_t wrong_by(void) {
    char text[32] = "";
    int fd = clock_file ? REAL(open)(clock_file, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0) return 0;
    ssize_t length = REAL(read)(fd, text, sizeof text - 1);
    REAL(close)(fd);
    return length > 0 ? (time_t)atoll(text) : 0;
}

int clock_gettime(clockid_t which, struct timespec *found) {
    int result = REAL(clock_gettime)(which, found);
    if (result == 0 && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)) found->tv_sec += wrong_by();
    return result;
}

int gettimeofday(struct timeval *restrict found, void *restrict zone) {
    int result = REAL(gettimeofday)(found, zone);
    if (result == 0) found->tv_sec += wrong_by();
    return result;
}

time_t time(time_t *found) {
    time_t now = REAL(time)(NULL) + wrong_by();
    if (found) *found = now;
    return now;
}
