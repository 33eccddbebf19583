package discord

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// messageRoutes are those on which a message is created or changed.
var messageRoutes = regexp.MustCompile(`^(/channels/\{\}/messages(/\{\})?|/channels/\{\}/threads|/webhooks/.*)$`)

// TestOnePath reads this package and checks that nothing but write creates or
// changes a message, so that allowed_mentions are set on each.
func TestOnePath(t *testing.T) {
	files := token.NewFileSet()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	writes, calls := 0, 0
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(files, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.SelectorExpr:
					// Requests are made by the rest alone; files are read without a token.
					if n.Sel.Name == "NewRequest" || n.Sel.Name == "NewRequestWithContext" {
						if name := files.Position(n.Pos()).Filename; name != "rest.go" && name != "files.go" {
							t.Errorf("%s makes a request", files.Position(n.Pos()))
						}
					}
				case *ast.CompositeLit:
					if id, ok := n.Type.(*ast.Ident); !ok || id.Name != "call" {
						return true
					}
					calls++
					if f.Name.Name == "write" {
						writes++
						return true
					}
					method, route := constant(n, "method"), constant(n, "route")
					switch {
					case route == "" && method != "Get" && method != "Put": // which create no message
						t.Errorf("%s calls what cannot be told", files.Position(n.Pos()))
					case messageRoutes.MatchString(route) && method != "Get" && method != "Delete" && !saysPrivately(n):
						t.Errorf("%s writes a message to %s", files.Position(n.Pos()), route)
					}
				}
				return true
			})
		}
	}
	if writes != 1 || calls < 10 {
		t.Errorf("write makes %d calls, of %d", writes, calls)
	}
}

// constant is the string of a field, or the name of a method of HTTP.
func constant(c *ast.CompositeLit, field string) string {
	for _, e := range c.Elts {
		kv, ok := e.(*ast.KeyValueExpr)
		if !ok || kv.Key.(*ast.Ident).Name != field {
			continue
		}
		switch v := kv.Value.(type) {
		case *ast.BasicLit:
			s, _ := strconv.Unquote(v.Value)
			return s
		case *ast.SelectorExpr:
			return strings.TrimPrefix(v.Sel.Name, "Method")
		}
	}
	return ""
}

// saysPrivately reports whether the body of a call is a text of ours, which
// mentions nobody: see [privateText].
func saysPrivately(c *ast.CompositeLit) bool {
	for _, e := range c.Elts {
		kv, ok := e.(*ast.KeyValueExpr)
		if !ok || kv.Key.(*ast.Ident).Name != "body" {
			continue
		}
		made, ok := kv.Value.(*ast.CallExpr)
		if !ok {
			return false
		}
		name, ok := made.Fun.(*ast.Ident)
		return ok && name.Name == "privateText"
	}
	return false
}

// TestInert checks that what is written mentions nobody, whatever it was.
func TestInert(t *testing.T) {
	for _, w := range []written{{}, {Mentions: mentions{Parse: []string{"everyone"}, Replied: true}}} {
		data, err := encode(inert(w))
		if err != nil || string(data) != `{"content":"","embeds":[],"components":[],"allowed_mentions":{"parse":[],"replied_user":false}}` {
			t.Errorf("it is %s (%v)", data, err)
		}
	}
	data, err := encode(privateText("a text"))
	if err != nil || !strings.Contains(string(data), `"allowed_mentions":{"parse":[],"replied_user":false}`) {
		t.Errorf("a private text is %s (%v)", data, err)
	}
}
