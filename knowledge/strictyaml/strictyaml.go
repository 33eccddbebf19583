// Package strictyaml decodes a YAML file into a struct and reports every
// mistake at once, each with its line and what to do: unknown and doubled
// keys, values of the wrong kind, anchors and aliases (which could blow a small
// file up), and syntax errors. It is the only importer of the YAML library.
package strictyaml

import (
	"errors"
	"fmt"
	"reflect"
	"sort"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// MaxSize is how many bytes one file may have.
const MaxSize = 256 << 10

// A Complaint is one mistake in a file.
type Complaint struct {
	File    string
	Line    int    // from 1; 0 when it concerns the whole file
	Path    string // the field, such as signatures[0].gives; may be ""
	Message string // what is wrong
	Do      string // what to do about it
}

// Error gives the complaint as one line: file:line: path: message; do.
func (c Complaint) Error() string {
	var b strings.Builder
	b.WriteString(c.File)
	if c.Line > 0 {
		fmt.Fprintf(&b, ":%d", c.Line)
	}
	b.WriteString(": ")
	if c.Path != "" {
		b.WriteString(c.Path + ": ")
	}
	b.WriteString(c.Message)
	if c.Do != "" {
		b.WriteString("; " + c.Do)
	}
	return b.String()
}

// Lines maps the path of every value of a decoded file to its line.
type Lines map[string]int

// Of returns the line of path, or of the nearest enclosing value that has one.
func (l Lines) Of(path string) int {
	for {
		if n, ok := l[path]; ok {
			return n
		}
		cut := strings.LastIndexAny(path, ".[")
		if cut < 0 {
			return l[""]
		}
		path = path[:cut]
	}
}

// Decode reads data, the content of the file called name, into the struct that
// into points to. Fields are found by their yaml tag. What could be decoded is
// in into even when there are complaints.
func Decode(name string, data []byte, into any) (Lines, []Complaint) {
	d := &decoder{file: name, lines: Lines{"": 1}}
	if len(data) > MaxSize {
		d.complain(nil, "", fmt.Sprintf("the file has %d bytes, more than %d", len(data), MaxSize), "split it")
		return d.lines, d.complaints
	}
	file, err := parse(data)
	if err != nil {
		d.syntax(err)
		return d.lines, d.complaints
	}
	var body ast.Node
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if body != nil {
			d.complain(doc.Body, "", "a second document in one file", "write one document a file")
			break
		}
		body = doc.Body
	}
	if body == nil {
		d.complain(nil, "", "the file is empty", "`authfix new ID` writes a complete one to start from")
		return d.lines, d.complaints
	}
	d.value(body, reflect.ValueOf(into).Elem(), "", 0)
	sort.SliceStable(d.complaints, func(i, j int) bool { return d.complaints[i].Line < d.complaints[j].Line })
	return d.lines, d.complaints
}

// parse turns a panic of the library, which strangers' bytes can reach, into an
// error. Doubled keys are left in, so that they are one complaint among others.
func parse(data []byte) (file *ast.File, err error) {
	defer func() {
		if recover() != nil {
			file, err = nil, errors.New("unreadable")
		}
	}()
	return parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey())
}

type decoder struct {
	file       string
	lines      Lines
	complaints []Complaint
}

func (d *decoder) complain(n ast.Node, path, message, do string) {
	line := 0
	if n != nil {
		line = lineOf(n)
	}
	d.complaints = append(d.complaints, Complaint{d.file, line, path, message, do})
}

func (d *decoder) syntax(err error) {
	c := Complaint{File: d.file, Message: "this is not YAML", Do: "mind the indentation, and quote values that hold ': ' or ' #'"}
	var at yaml.Error
	if errors.As(err, &at) {
		c.Message += ": " + at.GetMessage()
		if t := at.GetToken(); t != nil && t.Position != nil {
			c.Line = t.Position.Line
		}
	}
	d.complaints = append(d.complaints, c)
}

func lineOf(n ast.Node) int {
	if t := n.GetToken(); t != nil && t.Position != nil {
		return t.Position.Line
	}
	return 0
}

// maxDepth bounds nesting; clauses nest in clauses.
const maxDepth = 40

func (d *decoder) value(n ast.Node, v reflect.Value, path string, depth int) {
	if _, ok := d.lines[path]; !ok || path == "" {
		d.lines[path] = lineOf(n)
	}
	if depth > maxDepth {
		d.complain(n, path, "nested too deep", "flatten it")
		return
	}
	switch n := n.(type) {
	case *ast.AnchorNode, *ast.AliasNode, *ast.MergeKeyNode:
		d.complain(n, path, "anchors and aliases are not allowed", "write the value out")
		return
	case *ast.TagNode:
		d.complain(n, path, "tags are not allowed", "remove "+n.Start.Value)
		return
	case *ast.NullNode:
		d.complain(n, path, "the value is empty", "give it a value or remove the key")
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(n, v.Elem(), path, depth+1)
	case reflect.Struct:
		d.object(n, v, path, depth)
	case reflect.Map:
		d.table(n, v, path, depth)
	case reflect.Slice:
		seq, ok := n.(*ast.SequenceNode)
		if !ok {
			d.complain(n, path, "expected a list", "write each element on a line of its own that begins with '- '")
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), len(seq.Values), len(seq.Values)))
		for i, e := range seq.Values {
			d.value(e, v.Index(i), path+"["+strconv.Itoa(i)+"]", depth+1)
		}
	default:
		d.scalar(n, v, path)
	}
}

func entries(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	}
	return nil, false
}

func (d *decoder) object(n ast.Node, v reflect.Value, path string, depth int) {
	pairs, ok := entries(n)
	if !ok {
		d.complain(n, path, "expected keys and values", "write 'key: value' lines")
		return
	}
	fields := fieldsOf(v.Type())
	seen := map[string]bool{}
	for _, p := range pairs {
		if _, merge := p.Key.(*ast.MergeKeyNode); merge {
			d.complain(p, path, "anchors and aliases are not allowed", "write the value out")
			continue
		}
		key := keyText(p.Key)
		at := join(path, key)
		d.lines[at] = lineOf(p.Key)
		i, known := fields[key]
		switch {
		case !known:
			d.complain(p.Key, at, "unknown key", Suggest(key, names(fields)))
		case seen[key]:
			d.complain(p.Key, at, "the key stands twice", "remove one")
		default:
			seen[key] = true
			d.value(p.Value, v.Field(i), at, depth+1)
		}
	}
}

func (d *decoder) table(n ast.Node, v reflect.Value, path string, depth int) {
	pairs, ok := entries(n)
	if !ok {
		d.complain(n, path, "expected keys and values", "write 'key: value' lines")
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for _, p := range pairs {
		key := keyText(p.Key)
		at := join(path, key)
		d.lines[at] = lineOf(p.Key)
		if v.MapIndex(reflect.ValueOf(key)).IsValid() {
			d.complain(p.Key, at, "the key stands twice", "remove one")
			continue
		}
		e := reflect.New(v.Type().Elem()).Elem()
		d.value(p.Value, e, at, depth+1)
		v.SetMapIndex(reflect.ValueOf(key), e)
	}
}

func (d *decoder) scalar(n ast.Node, v reflect.Value, path string) {
	text, ok := scalarText(n)
	if !ok {
		d.complain(n, path, "expected a single value, not a list or keys", "write it behind the colon")
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Int, reflect.Int64:
		i, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			d.complain(n, path, "expected a whole number", "")
			return
		}
		v.SetInt(i)
	case reflect.Bool:
		if text != "true" && text != "false" {
			d.complain(n, path, "expected true or false", "")
			return
		}
		v.SetBool(text == "true")
	default:
		panic("strictyaml: no decoding into " + v.Type().String())
	}
}

func scalarText(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case ast.ScalarNode:
		return n.GetToken().Value, true
	}
	return "", false
}

func keyText(k ast.MapKeyNode) string {
	if t, ok := scalarText(k); ok {
		return t
	}
	return k.String()
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func fieldsOf(t reflect.Type) map[string]int {
	m := map[string]int{}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		if name != "" && name != "-" {
			m[name] = i
		}
	}
	return m
}

func names(m map[string]int) []string {
	var all []string
	for k := range m {
		all = append(all, k)
	}
	sort.Strings(all)
	return all
}
