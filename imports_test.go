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
	"":                     {"bot/terminal", "knowledge", "knowledge/strictyaml"},
	"bot/terminal":         {"knowledge"},
	"knowledge":            {"knowledge/analyze", "knowledge/clean", "knowledge/match", "knowledge/redact", "knowledge/statement", "knowledge/strictyaml"},
	"knowledge/generate":   {"knowledge"},
	"knowledge/analyze":    {"knowledge/clean"},
	"knowledge/clean":      {"knowledge/logline"},
	"knowledge/logline":    {},
	"knowledge/match":      {},
	"knowledge/redact":     {"knowledge/match"},
	"knowledge/statement":  {},
	"knowledge/strictyaml": {},
	"internal/pgtest":      {},
}

// confined says which package alone may import a library.
var confined = map[string]string{
	"github.com/alecthomas/kong":             "",
	"github.com/goccy/go-yaml":               "knowledge/strictyaml",
	"golang.org/x/crypto/x509roots/fallback": "",
	"golang.org/x/text":                      "knowledge/clean",
	"golang.org/x/sys":                       "bot/terminal",
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
			found := false
			for library, owner := range confined {
				if name == library || strings.HasPrefix(name, library+"/") {
					found = true
					if owner != pkg {
						t.Errorf("%s imports %s, which belongs to package %q alone", path, name, owner)
					}
				}
			}
			if !found {
				t.Errorf("%s imports %s, which is confined to no package", path, name)
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
