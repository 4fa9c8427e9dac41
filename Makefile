# Goldenbridge. `make` builds out/goldenbridge; `make V=asan` builds out/asan/goldenbridge with sanitizers.
# Objects and generated files stand only under out/. ./dev is the front door; see ./dev help.
V ?= release
ifeq ($(origin CC),default)
CC := gcc
endif
O := $(if $(filter release,$(V)),out,out/$(V))

PKGS := yajl expat sqlite3 libpq libsodium openssl libmicrohttpd pangocairo libqrencode libutf8proc icu-uc icu-i18n zlib libdeflate libzip xlsxwriter libcurl zbar libturbojpeg libfido2
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null | sed 's/-I/-isystem /g')
PKG_LIBS := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lm -lpthread

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wcast-qual -Wcast-align -Wpointer-arith \
  -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wundef -Wvla -Wwrite-strings -Wformat=2 \
  -Wdouble-promotion -Wimplicit-fallthrough -Wunused-result
WARN += $(if $(findstring clang,$(CC)),-Wcomma -Wunreachable-code,-Wlogical-op -Wduplicated-cond -Wduplicated-branches)
WARN += $(if $(STRICT),-Werror)
HARDEN := -fstack-protector-strong -fstack-clash-protection -fPIE -fno-common -fno-strict-aliasing
OPT_release := -O2 -g -D_FORTIFY_SOURCE=2
OPT_asan := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
OPT_asan-gcc := $(OPT_asan)
OPT_asan-clang := $(OPT_asan)
OPT_clang := -O1 -g
OPT_fuzz := -O1 -g -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all
OPT_fuzz-link := -fsanitize=fuzzer
CFLAGS_ALL := -std=c17 -D_POSIX_C_SOURCE=200809L $(OPT_$(V)) $(HARDEN) $(WARN) -Isrc -I$(O)/gen $(PKG_CFLAGS) $(CFLAGS)
LDFLAGS_ALL := -pie -Wl,-z,relro,-z,now $(filter -fsanitize%,$(OPT_$(V))) $(LDFLAGS)

SRC := $(sort $(wildcard src/*/*.c))
LIB_SRC := $(filter-out src/main/%,$(SRC))
MAIN_SRC := $(filter src/main/%,$(SRC))
# Unit tests: all of them, or those of the rooms named in ROOMS="base feel" (ROOMS="store ../fault" adds the fault tests).
TEST_SRC := $(sort $(if $(ROOMS),$(foreach r,$(ROOMS),$(wildcard tests/unit/$(r)/*.c)),$(wildcard tests/unit/*/*.c tests/flow/*.c tests/fault/*.c)))
# Rooms a partial test build links (default: all).
LINK_ROOMS ?= $(notdir $(patsubst %/,%,$(dir $(LIB_SRC))))
LIB_OBJ := $(patsubst %.c,$(O)/obj/%.o,$(filter $(foreach r,$(LINK_ROOMS),src/$(r)/%),$(LIB_SRC)))
GEN_OBJ := $(if $(wildcard web/*),$(O)/gen/web_files.o)
MAIN_OBJ := $(MAIN_SRC:%.c=$(O)/obj/%.o)
TEST_OBJ := $(TEST_SRC:%.c=$(O)/obj/%.o) $(O)/obj/tests/test.o

all: $(O)/goldenbridge
$(O)/goldenbridge: $(MAIN_OBJ) $(LIB_OBJ) $(GEN_OBJ) $(O)/.stamp
	@echo "LD $@"
	@$(CC) $(LDFLAGS_ALL) -o $@ $(filter %.o,$^) $(PKG_LIBS)
$(O)/unit: $(TEST_OBJ) $(LIB_OBJ) $(GEN_OBJ) $(O)/.stamp
	@echo "LD $@"
	@$(CC) $(LDFLAGS_ALL) -o $@ $(filter %.o,$^) $(PKG_LIBS)
unit: $(O)/unit

# Benchmarks: out/bench/dmn, match, store, command, try; out/bench/grow makes a large store to measure pages on. bench/run.sh runs them; they decide no test.
BENCHES := $(O)/bench/dmn $(O)/bench/match $(O)/bench/store $(O)/bench/command $(O)/bench/try $(O)/bench/grow
$(O)/bench/%: $(O)/obj/bench/%_bench.o $(LIB_OBJ) $(GEN_OBJ)
	@mkdir -p $(@D)
	@echo "LD $@"
	@$(CC) $(LDFLAGS_ALL) -o $@ $(filter %.o,$^) $(PKG_LIBS)
$(O)/bench/dmn: $(O)/obj/bench/dmn_models.o
$(O)/bench/store $(O)/bench/command $(O)/bench/try $(O)/bench/grow: $(O)/obj/bench/kit.o
bench: $(BENCHES)
.SECONDARY: $(BENCHES:$(O)/bench/%=$(O)/obj/bench/%_bench.o)

$(O)/obj/%.o: %.c $(O)/.stamp
	@mkdir -p $(@D)
	@echo "CC $<"
	@$(CC) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<
# The pages, styles and fonts of web/ packed into one object.
$(O)/gen/web_files.o: $(O)/gen/web_files.c
	@$(CC) $(CFLAGS_ALL) -w -c -o $@ $<
$(O)/gen/web_files.c: $(O)/pack $(shell find web -type f 2>/dev/null)
	@mkdir -p $(@D)
	$(O)/pack web > $@
$(O)/pack: tools/pack.c $(O)/.stamp
	$(CC) -std=c17 -D_POSIX_C_SOURCE=200809L -O1 -o $@ $<

# Rebuild all when compiler or flags change, relink when the list of files changes.
STAMP := $(CC) $(CFLAGS_ALL) | $(SRC) $(TEST_SRC) $(LINK_ROOMS)
$(O)/.stamp: FORCE
	@mkdir -p $(@D)
	@printf '%s' '$(subst ','\'',$(STAMP))' | cmp -s - $@ || printf '%s' '$(subst ','\'',$(STAMP))' > $@
FORCE:
clean:
	rm -rf out
.PHONY: all unit bench clean FORCE
-include $(shell find $(O)/obj -name '*.d' 2>/dev/null)
