package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayImport says which packages of this module each package may import, beside
// the standard library: data walks one way. Packages below a listed one follow
// its line.
var mayImport = map[string][]string{
	"": {"bot", "bot/discord", "bot/slack", "bot/terminal", "bot/web", "handlers", "knowledge", "knowledge/redact", "knowledge/strictyaml",
		"storage", "storage/postgres", "storage/queue", "storage/sqlite"},
	"bot":                     {},
	"bot/bottest":             {"bot", "bot/fake"},
	"bot/terminal":            {"bot", "knowledge"},
	"bot/cache":               {},
	"bot/fake":                {},
	"bot/outbound":            {"bot"},
	"bot/discord":             {"bot", "bot/cache", "bot/outbound"},
	"bot/discord/discordtest": {"bot/fake"},
	"bot/slack":               {"bot", "bot/cache", "bot/outbound"},
	"bot/slack/slacktest":     {"bot/fake"},
	"bot/web":                 {"bot"},
	"handlers":                {"bot", "knowledge", "knowledge/scan", "storage"},
	"storage":                 {},
	"storage/postgres":        {"storage", "storage/relational"},
	"storage/queue":           {"storage"},
	"storage/relational":      {"storage"},
	"storage/sqlite":          {"storage", "storage/relational"},
	"storage/storagetest":     {"storage"},
	"knowledge":               {"knowledge/analyze", "knowledge/clean", "knowledge/match", "knowledge/redact", "knowledge/statement", "knowledge/strictyaml"},
	"knowledge/generate":      {"knowledge"},
	"knowledge/analyze":       {"knowledge/clean"},
	"knowledge/clean":         {"knowledge/logline"},
	"knowledge/logline":       {},
	"knowledge/match":         {},
	"knowledge/redact":        {"knowledge/match"},
	"knowledge/scan":          {"knowledge", "knowledge/clean", "knowledge/redact"},
	"knowledge/statement":     {},
	"knowledge/strictyaml":    {},
	"internal/pgtest":         {},
}

// confined says which packages alone may import a library: one, but for what a
// database engine needs.
var confined = map[string][]string{
	"github.com/alecthomas/kong":                          {""},
	"github.com/goccy/go-yaml":                            {"knowledge/strictyaml"},
	"github.com/google/uuid":                              {"handlers"},
	"github.com/bwmarrin/discordgo":                       {"bot/discord"},
	"github.com/gorilla/websocket":                        {"bot/discord", "bot/discord/discordtest", "bot/slack", "bot/slack/slacktest"},
	"github.com/slack-go/slack":                           {"bot/slack"},
	"github.com/jackc/pgx/v5":                             {"storage/postgres", "internal/pgtest"},
	"github.com/klauspost/compress":                       {"knowledge/scan"},
	"github.com/mattn/go-sqlite3":                         {"storage/sqlite"},
	"github.com/pressly/goose/v3":                         {"storage/sqlite", "storage/postgres"},
	"github.com/prometheus/client_golang":                 {""},
	"github.com/riverqueue/river":                         {"storage/queue"},
	"github.com/riverqueue/river/riverdriver":             {"storage/queue", "storage/sqlite", "storage/postgres"},
	"github.com/riverqueue/river/riverdriver/riverpgxv5":  {"storage/postgres"},
	"github.com/riverqueue/river/riverdriver/riversqlite": {"storage/sqlite"},
	"github.com/riverqueue/river/rivermigrate":            {"storage/queue"},
	"github.com/riverqueue/river/rivertype":               {"storage/queue"},
	"golang.org/x/crypto/x509roots/fallback":              {""},
	"golang.org/x/sync":                                   {""},
	"golang.org/x/sys":                                    {"bot/terminal"},
	"golang.org/x/term":                                   {"bot/terminal"},
	"golang.org/x/text":                                   {"knowledge/clean"},
	"golang.org/x/time":                                   {"handlers", "bot/discord", "bot/slack/slacktest"},
}

func TestImports(t *testing.T) {
	packages := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && path != ".") {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		pkg := filepath.ToSlash(filepath.Dir(path))
		if pkg == "." {
			pkg = ""
		}
		allowed, known := mayImport[pkg]
		if !known {
			t.Errorf("%s: package %s is not in the table of imports", path, pkg)
			return nil
		}
		packages++
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range f.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if own, ok := strings.CutPrefix(name, "authfix/"); ok {
				if !slices.Contains(allowed, own) {
					t.Errorf("%s imports %s, which the table does not allow", path, own)
				}
				continue
			}
			if first, _, _ := strings.Cut(name, "/"); !strings.Contains(first, ".") {
				continue
			}
			best := ""
			for library := range confined {
				if (name == library || strings.HasPrefix(name, library+"/")) && len(library) > len(best) {
					best = library
				}
			}
			switch owners := confined[best]; {
			case best == "":
				t.Errorf("%s imports %s, which is confined to no package", path, name)
			case !slices.Contains(owners, pkg):
				t.Errorf("%s imports %s, which belongs to %q alone", path, name, owners)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if packages < 20 {
		t.Errorf("only %d files were checked", packages)
	}
}
