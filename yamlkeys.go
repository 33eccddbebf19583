package main

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
)

// yamlKeys encodes a value that is written as YAML as JSON with the same keys
// in the same order: its structs' yaml tags.
type yamlKeys struct{ value any }

// MarshalJSON implements [json.Marshaler].
func (y yamlKeys) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	err := encodeByTags(&b, reflect.ValueOf(y.value))
	return b.Bytes(), err
}

func encodeByTags(b *bytes.Buffer, v reflect.Value) error {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			return encodeByTags(b, v.Elem())
		}
	case reflect.Struct:
		b.WriteByte('{')
		separator := ""
		for i := range v.NumField() {
			key, options, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
			if key == "" || key == "-" || options == "omitempty" && absent(v.Field(i)) {
				continue
			}
			b.WriteString(separator + `"` + key + `":`)
			separator = ","
			if err := encodeByTags(b, v.Field(i)); err != nil {
				return err
			}
		}
		b.WriteByte('}')
		return nil
	case reflect.Slice:
		b.WriteByte('[')
		for i := range v.Len() {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := encodeByTags(b, v.Index(i)); err != nil {
				return err
			}
		}
		b.WriteByte(']')
		return nil
	}
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	return e.Encode(v.Interface())
}

func absent(v reflect.Value) bool {
	return v.IsZero() || v.Kind() == reflect.Slice && v.Len() == 0
}
