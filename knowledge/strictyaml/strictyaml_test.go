package strictyaml

import (
	"strings"
	"testing"
)

type inner struct {
	Name string   `yaml:"name"`
	Tags []string `yaml:"tags"`
}

type outer struct {
	ID    string            `yaml:"id"`
	Count int               `yaml:"count"`
	On    bool              `yaml:"on"`
	List  []inner           `yaml:"list"`
	Per   map[string]string `yaml:"per"`
	Maybe *inner            `yaml:"maybe"`
}

func TestDecode(t *testing.T) {
	const text = `id: a-b
count: 3
on: true
list:
  - name: "no"
    tags: [x, 12, NO]
  - name: |
      two
      lines
per: {jira: here, default: there}
maybe:
  name: 2026-11-22
`
	var o outer
	lines, complaints := Decode("f.yaml", []byte(text), &o)
	if len(complaints) != 0 {
		t.Fatalf("complaints %v", complaints)
	}
	if o.ID != "a-b" || o.Count != 3 || !o.On || len(o.List) != 2 || o.List[0].Tags[2] != "NO" || o.List[0].Tags[1] != "12" ||
		o.List[1].Name != "two\nlines\n" || o.Per["jira"] != "here" || o.Maybe == nil || o.Maybe.Name != "2026-11-22" {
		t.Errorf("decoded %+v %+v", o, o.Maybe)
	}
	for path, want := range map[string]int{"list[0].tags": 6, "list[1].name": 7, "list[1].absent": 7, "per.jira": 10, "maybe.name": 12} {
		if got := lines.Of(path); got != want {
			t.Errorf("line of %s = %d, want %d", path, got, want)
		}
	}
}

func TestEveryComplaint(t *testing.T) {
	const text = `idd: a
count: many
on: yes
list: {name: x}
per:
  a: 1
  a: 2
maybe: &x
  name: y
`
	var o outer
	_, complaints := Decode("f.yaml", []byte(text), &o)
	var got []string
	for _, c := range complaints {
		got = append(got, c.Error())
	}
	want := []string{
		"f.yaml:1: idd: unknown key; did you mean id?",
		"f.yaml:2: count: expected a whole number",
		"f.yaml:3: on: expected true or false",
		"f.yaml:4: list: expected a list; write each element on a line of its own that begins with '- '",
		"f.yaml:7: per.a: the key stands twice; remove one",
		"f.yaml:8: maybe: anchors and aliases are not allowed; write the value out",
	}
	for _, w := range want {
		if !strings.Contains(strings.Join(got, "\n")+"\n", w+"\n") {
			t.Errorf("lacks %q in:\n%s", w, strings.Join(got, "\n"))
		}
	}
}

func TestSyntax(t *testing.T) {
	for _, text := range []string{"a: [", "a: b: c", "\tx: 1", "", "--- \n", strings.Repeat("a: 1\n", MaxSize)} {
		var o outer
		if _, complaints := Decode("f.yaml", []byte(text), &o); len(complaints) == 0 {
			t.Errorf("Decode(%.20q) has no complaint", text)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("id: a\nlist:\n  - name: b\n"))
	f.Add([]byte("a: &a [*a, *a]"))
	f.Add([]byte("? x\n: y"))
	f.Add([]byte("list: [[[[{name: [}]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 4096 {
			return
		}
		var o outer
		_, complaints := Decode("f.yaml", data, &o)
		for _, c := range complaints {
			if c.Message == "" || c.File != "f.yaml" {
				t.Errorf("empty complaint %+v", c)
			}
		}
	})
}
