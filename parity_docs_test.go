package main

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"authfix/handlers"
)

const parityDoc = "docs/parity.md"

// A parityRow is one thing that can be done, on both platforms.
type parityRow struct {
	line                  int
	what, slack, discord  string
	bySlack, byDiscord    []string // tests
	namesNothing, noTests bool
}

// parityTables are the tables of the document by the headings above them.
func parityTables(t *testing.T) map[string][]parityRow {
	t.Helper()
	data, err := os.ReadFile(parityDoc)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]parityRow{}
	heading, n := "", 0
	for line := range strings.Lines(string(data)) {
		n++
		line = strings.TrimSuffix(line, "\n")
		if h, ok := strings.CutPrefix(line, "## "); ok {
			heading = h
		}
		if !strings.HasPrefix(line, "| ") || strings.Contains(line, "shown in Slack by") {
			continue
		}
		cells := strings.Split(strings.ReplaceAll(strings.Trim(line, "| "), `\|`, "\x00"), " | ")
		if len(cells) != 5 {
			t.Errorf("%s:%d has %d cells, want 5", parityDoc, n, len(cells))
			continue
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(strings.ReplaceAll(cells[i], "\x00", "|"))
		}
		row := parityRow{line: n, what: cells[0], slack: cells[1], discord: cells[2], bySlack: testsIn(cells[3]), byDiscord: testsIn(cells[4])}
		row.namesNothing = row.what == "" || row.slack == "" || row.discord == ""
		row.noTests = leftOver(cells[3]) || leftOver(cells[4])
		all[heading] = append(all[heading], row)
	}
	return all
}

var ticked = regexp.MustCompile("`([^`]+)`")

// testsIn are the tests that a cell names.
func testsIn(cell string) (names []string) {
	for _, found := range ticked.FindAllStringSubmatch(cell, -1) {
		names = append(names, found[1])
	}
	return names
}

// leftOver reports whether there is anything but names of tests in a cell.
func leftOver(cell string) bool {
	return strings.Trim(ticked.ReplaceAllString(cell, ""), " ,") != ""
}

// Every row of the table says what there is on each platform, and names a test of
// it that exists. One that a platform has nothing for says why, and what is done
// instead.
func TestParityRows(t *testing.T) {
	tests := readTests(t)
	rows := 0
	for _, table := range parityTables(t) {
		for _, r := range table {
			rows++
			if r.namesNothing || r.noTests {
				t.Errorf("%s:%d: a cell of %q is empty, or has more than tests", parityDoc, r.line, r.what)
			}
			if len(r.bySlack)+len(r.byDiscord) == 0 {
				t.Errorf("%s:%d: nothing shows %q", parityDoc, r.line, r.what)
			}
			for platform, side := range map[string]struct {
				has string
				by  []string
			}{"slack": {r.slack, r.bySlack}, "discord": {r.discord, r.byDiscord}} {
				reason, none := strings.CutPrefix(side.has, "none: ")
				if none && len(reason) < 20 {
					t.Errorf("%s:%d: it is not said why %s has no %q", parityDoc, r.line, platform, r.what)
				}
				if len(side.by) == 0 && !none {
					t.Errorf("%s:%d: nothing shows %q on %s", parityDoc, r.line, r.what, platform)
				}
				if len(side.by) > 0 && !slices.ContainsFunc(side.by, func(name string) bool { return strings.Contains(strings.ToLower(name), platform) }) {
					t.Errorf("%s:%d: %v are no tests of %s", parityDoc, r.line, side.by, platform)
				}
				for _, name := range side.by {
					if complaint := tests.missing(name); complaint != "" {
						t.Errorf("%s:%d: %s: %s", parityDoc, r.line, name, complaint)
					}
				}
			}
		}
	}
	if rows < 100 {
		t.Errorf("%d rows", rows)
	}
}

// Everything that can be done has its row: each command, setting of triage and
// choice of an answer, each kind of message, place and mark, each setting of the
// program that is a platform's, and each story that is told on both.
func TestParityIsWhole(t *testing.T) {
	tables := parityTables(t)
	var commands, triage []string
	for _, c := range handlers.Commands() {
		commands = append(commands, c.Name)
		if c.Name == "triage" {
			triage = c.Options[0].Choices
		}
	}
	for heading, want := range map[string][]string{
		"Commands":           commands,
		"Settings of triage": triage,
		"Buttons":            constants(t, "handlers/press.go", "press", ""),
		"What happens":       constants(t, "bot/message.go", "", "Kind"),
		"Where":              constants(t, "bot/message.go", "", "Place"),
		"Marks":              constants(t, "bot/reply.go", "", "Mark"),
	} {
		var got []string
		for _, r := range tables[heading] {
			if name := testsIn(r.what); len(name) > 0 { // it begins with what it is called
				got = append(got, name[0])
			}
		}
		for _, name := range want {
			if !slices.Contains(got, name) {
				t.Errorf("%s: %s has no row of %s", parityDoc, heading, name)
			}
		}
		for _, name := range got {
			if !slices.Contains(want, name) {
				t.Errorf("%s: %s has a row of %s, which does not exist", parityDoc, heading, name)
			}
		}
		if len(want) < 3 {
			t.Errorf("%s: there is only %v", heading, want)
		}
	}

	text := ""
	for _, r := range tables["Settings of the program"] {
		text += r.what + " " + r.slack + " " + r.discord + "\n"
	}
	for _, s := range settings() {
		if (strings.HasPrefix(s.name, "SLACK_") || strings.HasPrefix(s.name, "DISCORD_")) && !strings.Contains(text, "`"+s.name+"`") {
			t.Errorf("%s has no row of %s", parityDoc, s.name)
		}
	}

	named := map[string]bool{}
	for _, table := range tables {
		for _, r := range table {
			for _, name := range append(r.bySlack, r.byDiscord...) {
				named[name] = true
				if rest, ok := strings.CutPrefix(name, "TestSlackStories/http/"); ok {
					named["TestSlackStories/"+rest] = true
				}
				if _, rest, ok := strings.Cut(strings.TrimPrefix(name, "TestDiscordStories/"), "/"); ok && strings.HasPrefix(name, "TestDiscordStories/") {
					named["TestDiscordStories/"+rest] = true
				}
			}
		}
	}
	var want []string
	for _, path := range storyFiles(t) {
		if name := strings.TrimSuffix(filepath.Base(path), ".txtar"); notPlayed[name] == "" {
			want = append(want, "TestParity/"+name+"/slack", "TestParity/"+name+"/discord")
		}
	}
	for _, s := range slackStories {
		want = append(want, "TestSlackStories/"+subtest(s.name))
	}
	for _, s := range discordStories {
		want = append(want, "TestDiscordStories/"+subtest(s.name))
	}
	for _, name := range want {
		if !named[name] {
			t.Errorf("%s has no row that %s shows", parityDoc, name)
		}
	}
}

// The checker finds what is not there.
func TestParityNamesAreChecked(t *testing.T) {
	tests := readTests(t)
	for _, name := range []string{
		"TestParity/question/slack", "TestSlackStories/http/edit_after_the_answer", "TestDiscordStories/gateway/forum", "bot/slack.TestReadEvent", "bot/discord.TestReadEvent/forum_post",
		"bot/discord.TestCommandWays/http", "TestSlackFaults/killed_socket", "TestScripts/manifest_discord",
	} {
		if complaint := tests.missing(name); complaint != "" {
			t.Errorf("%s: %s", name, complaint)
		}
	}
	for _, name := range []string{
		"TestNothing", "TestParity/redelivery/slack", "TestParity/nothing/slack", "TestParity/question/terminal", "TestParity/question/slack/x", "TestSlackStories/http/frobnicated",
		"TestSlackStories/telegraph/triage", "bot/slack.TestGapIsRead", "bot/nowhere.TestReadEvent", "bot/slack.TestReadEvent/unfurl", "soak", "", "TestParity/", "TestScripts/nothing",
	} {
		if tests.missing(name) == "" {
			t.Errorf("%q is taken for a test", name)
		}
	}
}

// constants are the values of the constants of a file whose names begin with
// prefix and that have a type; they stand in one group.
func constants(t *testing.T, file, prefix, typed string) (values []string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			continue
		}
		for _, s := range g.Specs {
			v := s.(*ast.ValueSpec)
			if of, ok := v.Type.(*ast.Ident); typed != "" && (!ok || of.Name != typed) || !strings.HasPrefix(v.Names[0].Name, prefix) || len(v.Values) != 1 {
				continue
			}
			if value, ok := literal(v.Values[0]); ok && value != "" {
				values = append(values, value)
			}
		}
	}
	return values
}

func literal(e ast.Expr) (string, bool) {
	l, ok := e.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(l.Value)
	return s, err == nil
}

// storyFiles are the desk's stories.
func storyFiles(t *testing.T) []string {
	t.Helper()
	all, err := filepath.Glob("handlers/testdata/stories/*.txtar")
	if err != nil || len(all) == 0 {
		t.Fatalf("%d stories, %v", len(all), err)
	}
	return all
}

// subtest is how go test writes the name of a subtest.
func subtest(name string) string { return strings.ReplaceAll(name, " ", "_") }

// A testIndex knows the test files of the module, by package.
type testIndex map[string]packageTests

// packageTests are the functions, methods and variables of a package's test files,
// by name.
type packageTests map[string]*testSource

// A testSource is one of them.
type testSource struct {
	uses  map[string]bool // names of others
	names map[string]bool // as go test writes those of subtests
	runs  bool            // it has subtests
}

// readTests reads the test files of the module.
func readTests(t *testing.T) testIndex {
	t.Helper()
	index := testIndex{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		dir := filepath.ToSlash(filepath.Dir(path))
		if index[dir] == nil {
			index[dir] = packageTests{}
		}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				index[dir].add(d.Name.Name, d)
			case *ast.GenDecl:
				for _, s := range d.Specs {
					if v, ok := s.(*ast.ValueSpec); ok {
						for _, name := range v.Names {
							index[dir].add(name.Name, v)
						}
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return index
}

// add reads a declaration. What subtests are called is the argument of Run, or
// stands in a table: it is a key or an element of a composite literal.
func (p packageTests) add(name string, n ast.Node) {
	s := p[name]
	if s == nil { // methods of several types may have one name
		s = &testSource{uses: map[string]bool{}, names: map[string]bool{}}
		p[name] = s
	}
	var note func(ast.Expr)
	note = func(e ast.Expr) {
		if sum, ok := e.(*ast.BinaryExpr); ok { // put together
			note(sum.X)
			note(sum.Y)
		}
		if text, ok := literal(e); ok {
			s.names[subtest(strings.TrimSpace(text))] = true
		}
	}
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			s.uses[n.Name] = true
		case *ast.CompositeLit:
			for _, e := range n.Elts {
				if kv, ok := e.(*ast.KeyValueExpr); ok {
					note(kv.Key)
					note(kv.Value)
				} else {
					note(e)
				}
			}
		case *ast.CallExpr:
			if f, ok := n.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Run" && len(n.Args) == 2 {
				s.runs = true
				note(n.Args[0])
			}
		}
		return true
	})
}

// testName parts the name of a test from the folder of its package. The seeds of a
// fuzz test are a test.
var testName = regexp.MustCompile(`^(?:([a-z/]+)\.)?((?:Test|Fuzz)[A-Z].*)$`)

// missing says what is wrong with the name of a test, such as
// bot/slack.TestReadEvent or TestParity/question/slack, "" for nothing.
func (x testIndex) missing(name string) string {
	found := testName.FindStringSubmatch(name)
	if found == nil {
		return "this is no name of a test"
	}
	dir, parts := cmp.Or(found[1], "."), strings.Split(found[2], "/")
	all := x[dir]
	if all == nil {
		return "there are no tests in " + dir
	}
	if all[parts[0]] == nil {
		return "there is no such test"
	}
	// What it is made of may be far from it.
	names, runs := map[string]bool{}, false
	seen := map[string]bool{}
	var visit func(string)
	visit = func(one string) {
		s := all[one]
		if s == nil || seen[one] {
			return
		}
		seen[one] = true
		runs = runs || s.runs
		maps.Copy(names, s.names)
		for other := range s.uses {
			visit(other)
		}
	}
	visit(parts[0])
	subs := parts[1:]
	if len(subs) > 0 && !runs {
		return "it has no subtests"
	}
	if dirOf := map[string]string{"TestParity": "handlers/testdata/stories/", "TestScripts": "testdata/script/"}[parts[0]]; dir == "." && dirOf != "" && len(subs) > 0 {
		if _, err := os.Stat(dirOf + subs[0] + ".txtar"); subs[0] == "" || err != nil {
			return "there is no " + dirOf + subs[0] + ".txtar"
		}
		if parts[0] == "TestScripts" && len(subs) > 1 || parts[0] == "TestParity" && (len(subs) != 2 || subs[1] != "slack" && subs[1] != "discord") {
			return "a story is told on slack or on discord, and a script has no parts"
		}
		if parts[0] == "TestParity" && notPlayed[subs[0]] != "" {
			return "the story is not told there: " + notPlayed[subs[0]]
		}
		return ""
	}
	for _, sub := range subs {
		if !composed(sub, names) {
			return "nothing in it is called " + sub
		}
	}
	return ""
}

// composed reports whether a name is one of those, or several of them with
// spaces between.
func composed(name string, names map[string]bool) bool {
	if names[name] && name != "" {
		return true
	}
	for i := range name {
		if name[i] == '_' && names[name[:i]] && composed(name[i+1:], names) {
			return true
		}
	}
	return false
}
