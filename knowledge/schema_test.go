package knowledge

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// The schema must accept every file that the loader accepts and know exactly
// its keys.
func TestSchema(t *testing.T) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	s, err := loadBuiltin(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range s.modes {
		data, err := os.ReadFile(strings.TrimPrefix(m.File, "knowledge/"))
		if err != nil {
			t.Fatal(err)
		}
		var value any
		if err := yaml.Unmarshal(data, &value); err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(parsed); err != nil {
			t.Errorf("%s: %v", m.File, err)
		}
	}
	var raw struct {
		Properties map[string]any
		Defs       map[string]struct{ Properties map[string]any } `json:"$defs"`
	}
	if err := json.Unmarshal(Schema, &raw); err != nil {
		t.Fatal(err)
	}
	for name, pair := range map[string]struct {
		keys map[string]any
		typ  reflect.Type
	}{
		"failure mode": {raw.Properties, reflect.TypeFor[FailureMode]()},
		"signature":    {raw.Defs["signature"].Properties, reflect.TypeFor[Signature]()},
		"clause":       {raw.Defs["clause"].Properties, reflect.TypeFor[Clause]()},
		"condition":    {raw.Defs["condition"].Properties, reflect.TypeFor[Condition]()},
		"check":        {raw.Defs["check"].Properties, reflect.TypeFor[Check]()},
	} {
		var fields, keys []string
		for i := range pair.typ.NumField() {
			key, _, _ := strings.Cut(pair.typ.Field(i).Tag.Get("yaml"), ",")
			fields = append(fields, key)
		}
		for key := range pair.keys {
			keys = append(keys, key)
		}
		slices.Sort(fields)
		slices.Sort(keys)
		if !slices.Equal(fields, keys) {
			t.Errorf("%s: the schema has the keys %v, the type %v", name, keys, fields)
		}
	}
}
