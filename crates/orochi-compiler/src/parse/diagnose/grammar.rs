//! Python's grammar as a recogniser, with alternatives for the mistakes that have a message of
//! their own.
//!
//! A rule is a name, `=`, and alternatives separated by `|` or line starts. `'x'` is a keyword or
//! operator, `"x"` a soft keyword, upper-case names are token kinds. `[x]`, `x*`, `x+` and
//! `s.x+` (separated by `s`) are as usual; `&x` and `!x` look ahead; `~` commits to the
//! alternative; `&&'x'` fails with *expected 'x'*. Rules whose names start with `bad_` are used in
//! the second pass only, when it is known that something is wrong. An alternative may end with
//! what to say, in braces: where (`at a`, `range a b`, `from a`, `here`, `next`, `indent`), and
//! the message, in which `%k` is the kind of the expression `a`, `%l` the line of `a`, and `%t`
//! its text. The other braces are checks written out in `super::check`.

/// The rules.
pub const GRAMMAR: &str = r#"
file = [statements] END
interactive = statement_line
eval = expressions NEWLINE* END
func_type = '(' [type_expressions] ')' '->' expression NEWLINE* END
statements = statement+
statement = compound_stmt | simple_stmts
statement_line = compound_stmt NEWLINE | simple_stmts | NEWLINE | END
simple_stmts = simple_stmt !';' NEWLINE | ';'.simple_stmt+ [';'] NEWLINE
simple_stmt = assignment
  | &"type" type_alias
  | star_expressions
  | &'return' return_stmt
  | &('import' | 'from') import_stmt
  | &'raise' raise_stmt
  | &'pass' pass_stmt
  | &'del' del_stmt
  | &'yield' yield_expr
  | &'assert' assert_stmt
  | &'break' break_stmt
  | &'continue' continue_stmt
  | &'global' global_stmt
  | &'nonlocal' nonlocal_stmt
compound_stmt = &('def' | '@' | 'async') function_def
  | &'if' if_stmt
  | &('class' | '@') class_def
  | &('with' | 'async') with_stmt
  | &('for' | 'async') for_stmt
  | &'try' try_stmt
  | &'while' while_stmt
  | match_stmt
assignment = NAME ':' expression ['=' annotated_rhs]
  | ('(' single_target ')' | single_member) ':' expression ['=' annotated_rhs]
  | (star_targets '=')+ annotated_rhs !'='
  | single_target augassign ~ annotated_rhs
  | bad_assignment
annotated_rhs = yield_expr | star_expressions
augassign = '+=' | '-=' | '*=' | '@=' | '/=' | '%=' | '&=' | '|=' | '^=' | '<<=' | '>>=' | '**=' | '//='
pass_stmt = 'pass'
break_stmt = 'break'
continue_stmt = 'continue'
return_stmt = 'return' [star_expressions]
raise_stmt = 'raise' expression 'from' expression | bad_raise | 'raise' expression | 'raise'
global_stmt = 'global' ','.NAME+
nonlocal_stmt = 'nonlocal' ','.NAME+
del_stmt = 'del' del_targets &(';' | NEWLINE) | bad_del
assert_stmt = bad_assert | 'assert' expression [',' expression]
import_stmt = bad_import | import_name | import_from
import_name = 'import' ','.dotted_as_name+
import_from = 'from' ('.' | '...')* dotted_name 'import' import_targets {future}
  | 'from' ('.' | '...')+ 'import' import_targets
import_targets = '(' import_as_names [','] ')' | import_as_names !',' | '*' | bad_import_targets
import_as_names = ','.import_as_name+
import_as_name = bad_import_as_name | NAME ['as' NAME]
dotted_as_name = bad_dotted_as_name | dotted_name ['as' NAME]
dotted_name = NAME ('.' NAME)*
block = NEWLINE INDENT statements DEDENT | simple_stmts | bad_block
decorators = ('@' named_expression NEWLINE)+
class_def = decorators class_raw | class_raw
class_raw = bad_class | 'class' NAME [type_params] ['(' [arguments] ')'] ':' block
function_def = decorators function_raw | function_raw
function_raw = bad_def | ['async'] 'def' NAME [type_params] '(' [params] ')' ['->' expression] ':' block
params = bad_params | parameters
parameters = slash_plain param_plain* param_default* [star_etc]
  | slash_default param_default* [star_etc]
  | param_plain+ param_default* [star_etc]
  | param_default+ [star_etc]
  | star_etc
slash_plain = param_plain+ '/' (',' | &')')
slash_default = param_plain* param_default+ '/' (',' | &')')
star_etc = bad_star_etc
  | '*' param_plain param_either* [kwds]
  | '*' param_starred param_either* [kwds]
  | '*' ',' param_either+ [kwds]
  | kwds
kwds = bad_kwds | '**' param_plain
param_plain = param (',' | &')')
param_starred = NAME ':' star_expression (',' | &')')
param_default = param default (',' | &')')
param_either = param [default] (',' | &')')
param = NAME [annotation]
annotation = ':' expression
default = '=' expression | bad_default
if_stmt = bad_if | 'if' named_expression ':' block elif_stmt | 'if' named_expression ':' block [else_block]
elif_stmt = bad_elif | 'elif' named_expression ':' block elif_stmt | 'elif' named_expression ':' block [else_block]
else_block = bad_else | 'else' &&':' block
while_stmt = bad_while | 'while' named_expression ':' block [else_block]
for_stmt = bad_for
  | ['async'] 'for' star_targets 'in' ~ star_expressions ':' block [else_block]
  | bad_for_target
with_stmt = bad_with_indent
  | 'with' '(' ','.with_item+ [','] ')' ':' block
  | 'with' ','.with_item+ ':' block
  | 'async' 'with' '(' ','.with_item+ [','] ')' ':' block
  | 'async' 'with' ','.with_item+ ':' block
  | bad_with
with_item = expression 'as' star_target &(',' | ')' | ':') | bad_with_item | expression
try_stmt = bad_try
  | 'try' &&':' block finally_block
  | 'try' &&':' block except_block+ [else_block] [finally_block]
  | 'try' &&':' block except_star_block+ [else_block] [finally_block]
except_block = bad_except_indent
  | 'except' expression ':' block
  | 'except' expression 'as' NAME ':' block
  | 'except' expressions ':' block
  | 'except' ':' block
  | bad_except
except_star_block = bad_except_star_indent
  | 'except' '*' expression ':' block
  | 'except' '*' expression 'as' NAME ':' block
  | 'except' '*' expressions ':' block
  | bad_except_star
finally_block = bad_finally | 'finally' &&':' block
match_stmt = "match" subject ':' NEWLINE INDENT case_block+ DEDENT | bad_match
subject = star_named ',' [star_named_list] | named_expression
case_block = bad_case | "case" patterns [guard] ':' block
guard = 'if' named_expression
patterns = open_sequence | pattern
pattern = as_pattern | or_pattern
as_pattern = or_pattern 'as' capture_target | bad_as_pattern
or_pattern = '|'.closed_pattern+
closed_pattern = literal_pattern | capture_target | "_" | value_pattern | '(' pattern ')'
  | sequence_pattern | mapping_pattern | class_pattern
literal_pattern = signed_number !('+' | '-') | complex_number | strings | 'None' | 'True' | 'False'
literal_key = signed_number !('+' | '-') | complex_number | &(STRING | FSTART | TSTART) strings | 'None' | 'True' | 'False'
complex_number = ['-'] real_number ('+' | '-') imaginary_number
real_number = a=NUMBER {real}
imaginary_number = a=NUMBER {imaginary}
signed_number = NUMBER | '-' NUMBER
capture_target = !"_" NAME !('.' | '(' | '=')
value_pattern = attr !('.' | '(' | '=')
attr = NAME ('.' NAME)+
name_or_attr = NAME ('.' NAME)*
sequence_pattern = '[' [maybe_sequence] ']' | '(' [open_sequence] ')'
open_sequence = maybe_star ',' [maybe_sequence]
maybe_sequence = ','.maybe_star+ [',']
maybe_star = star_pattern | pattern
star_pattern = '*' capture_target | '*' "_"
mapping_pattern = '{' '}'
  | '{' double_star_pattern [','] '}'
  | '{' items_pattern ',' double_star_pattern [','] '}'
  | '{' items_pattern [','] '}'
items_pattern = ','.key_value_pattern+
key_value_pattern = (literal_key | attr) ':' pattern
double_star_pattern = '**' capture_target
class_pattern = name_or_attr '(' ')'
  | name_or_attr '(' positional_patterns [','] ')'
  | name_or_attr '(' keyword_patterns [','] ')'
  | name_or_attr '(' positional_patterns ',' keyword_patterns [','] ')'
  | bad_class_pattern
positional_patterns = ','.pattern+
keyword_patterns = ','.keyword_pattern+
keyword_pattern = NAME '=' pattern
type_alias = "type" NAME [type_params] '=' expression
type_params = bad_type_params | '[' ','.type_param+ [','] ']'
type_param = NAME [':' expression] ['=' expression]
  | bad_type_param
  | '*' NAME ['=' star_expression]
  | '**' NAME ['=' expression]
expressions = expression (',' expression)* [',']
expression = bad_expression | bad_legacy | disjunction 'if' disjunction 'else' expression | disjunction | lambda
plain_expression = disjunction 'if' disjunction 'else' plain_or_any | disjunction | lambda
plain_or_any = expression
yield_expr = 'yield' 'from' expression | 'yield' [star_expressions]
star_expressions = star_expression (',' star_expression)* [',']
star_expression = '*' bitwise_or | expression
star_named_list = ','.star_named+ [',']
star_named = '*' bitwise_or | named_expression
walrus = NAME ':=' ~ expression
named_expression = walrus | bad_named | expression !':='
disjunction = conjunction ('or' conjunction)*
conjunction = inversion ('and' inversion)*
inversion = 'not' inversion | comparison
comparison = bitwise_or comparison_rest*
comparison_rest = '==' bitwise_or | not_equal bitwise_or | '<=' bitwise_or | '<' bitwise_or | '>=' bitwise_or
  | '>' bitwise_or | 'not' 'in' bitwise_or | 'in' bitwise_or | 'is' 'not' bitwise_or | 'is' bitwise_or
not_equal = '!=' {unequal} | '<>' {diamond}
bitwise_or = bitwise_xor ('|' bitwise_xor)*
bitwise_xor = bitwise_and ('^' bitwise_and)*
bitwise_and = shift ('&' shift)*
shift = bad_arithmetic | sum (('<<' | '>>') sum)*
sum = term (('+' | '-') term)*
term = bad_factor | factor (('*' | '/' | '//' | '%' | '@') factor)*
factor = '+' factor | '-' factor | '~' factor | power
power = await_primary '**' factor | await_primary
await_primary = 'await' primary | primary
primary = atom (('.' NAME) | genexp | '(' [arguments] ')' | '[' slices ']')*
slices = slice !',' | ','.(slice | starred)+ [',']
slice = [expression] ':' [expression] [':' [expression]] | named_expression
atom = NAME | 'True' | 'False' | 'None' | &(STRING | FSTART | TSTART) strings | NUMBER
  | &'(' (tuple | group | genexp)
  | &'[' (list | listcomp)
  | &'{' (dict | set | dictcomp | setcomp)
  | '...'
group = '(' (yield_expr | named_expression) ')' | bad_group
lambda = 'lambda' [lambda_params] ':' expression
lambda_params = bad_lambda_params | lambda_parameters
lambda_parameters = lambda_slash_plain lambda_plain* lambda_default* [lambda_star_etc]
  | lambda_slash_default lambda_default* [lambda_star_etc]
  | lambda_plain+ lambda_default* [lambda_star_etc]
  | lambda_default+ [lambda_star_etc]
  | lambda_star_etc
lambda_slash_plain = lambda_plain+ '/' (',' | &':')
lambda_slash_default = lambda_plain* lambda_default+ '/' (',' | &':')
lambda_star_etc = bad_lambda_star_etc
  | '*' lambda_plain lambda_either* [lambda_kwds]
  | '*' ',' lambda_either+ [lambda_kwds]
  | lambda_kwds
lambda_kwds = bad_lambda_kwds | '**' lambda_plain
lambda_plain = lambda_param (',' | &':')
lambda_default = lambda_param default (',' | &':')
lambda_either = lambda_param [default] (',' | &':')
lambda_param = NAME
fstring_middle = fstring_field | FMIDDLE
fstring_field = '{' annotated_rhs ['='] [conversion] [':' fstring_spec*] '}' | bad_fstring_field
fstring_spec = FMIDDLE | fstring_field
fstring = FSTART fstring_middle* FEND
tstring_middle = tstring_field | TMIDDLE
tstring_field = '{' annotated_rhs ['='] [conversion] [':' tstring_spec*] '}' | bad_tstring_field
tstring_spec = TMIDDLE | tstring_field
tstring = TSTART tstring_middle* TEND
conversion = a='!' b=NAME {conversion}
strings = bad_string_mix | a=(fstring | STRING)+ {strings} | tstring+
list = '[' [star_named_list] ']'
tuple = '(' [star_named ',' [star_named_list]] ')'
set = '{' star_named_list '}'
dict = '{' [pairs] '}' | '{' bad_pairs '}'
pairs = ','.pair+ [',']
pair = '**' bitwise_or | expression ':' expression
for_clauses = for_clause+
for_clause = ['async'] 'for' star_targets 'in' ~ disjunction ('if' disjunction)*
  | bad_for_clause
  | bad_for_target
listcomp = '[' named_expression for_clauses ']' | bad_comprehension
setcomp = '{' named_expression for_clauses '}' | bad_comprehension
genexp = '(' (walrus | expression !':=') for_clauses ')' | bad_comprehension
dictcomp = '{' expression ':' expression for_clauses '}' | bad_dict_comprehension
arguments = args [','] &')' | bad_arguments
argument = starred | (walrus | expression !':=') !'='
args = ','.argument+ [',' kwargs] | kwargs
kwargs = ','.kwarg_or_starred+ ',' ','.kwarg_or_double_starred+
  | ','.kwarg_or_starred+
  | ','.kwarg_or_double_starred+
starred = bad_starred_assignment | '*' expression | bad_starred
kwarg_or_starred = bad_kwarg | NAME '=' expression | starred
kwarg_or_double_starred = bad_kwarg | NAME '=' expression | '**' expression
star_targets = star_target !',' | star_target (',' star_target)* [',']
star_target = '*' !'*' star_target | target_with_star
target_with_star = t_primary '.' NAME !t_lookahead | t_primary '[' slices ']' !t_lookahead | star_atom
star_atom = NAME | '(' target_with_star ')' | '(' [star_target_tuple] ')' | '[' [','.star_target+ [',']] ']'
star_target_tuple = star_target (',' star_target)+ [','] | star_target ','
single_target = single_member | NAME | '(' single_target ')'
single_member = t_primary '.' NAME !t_lookahead | t_primary '[' slices ']' !t_lookahead
t_primary = atom &t_lookahead (t_suffix &t_lookahead)*
t_suffix = '.' NAME | '[' slices ']' | genexp | '(' [arguments] ')'
t_lookahead = '(' | '[' | '.'
del_targets = ','.del_target+ [',']
del_target = t_primary '.' NAME !t_lookahead | t_primary '[' slices ']' !t_lookahead | del_atom
del_atom = NAME | '(' del_target ')' | '(' [del_targets] ')' | '[' [del_targets] ']'
type_expressions = ','.expression+ [',' '*' expression] [',' '**' expression]
  | '*' expression [',' '**' expression] | '**' expression

bad_arguments = ((','.argument+ ',' kwargs) | kwargs) a=',' ','.(starred !'=')+ {from a: iterable argument unpacking follows keyword argument unpacking}
  | a=expression b=for_clauses ',' [args | expression for_clauses] {range a b: Generator expression must be parenthesized}
  | a=NAME b='=' expression for_clauses {range a b: invalid syntax. Maybe you meant '==' or ':=' instead of '='?}
  | [args ','] a=NAME b='=' &(',' | ')') {range a b: expected argument value expression}
  | a=args b=for_clauses {generator}
  | args ',' a=expression b=for_clauses {range a b: Generator expression must be parenthesized}
  | a=args ',' args {positional}
bad_kwarg = a=('True' | 'False' | 'None') b='=' {range a b: cannot assign to %t}
  | a=NAME b='=' expression for_clauses {range a b: invalid syntax. Maybe you meant '==' or ':=' instead of '='?}
  | !(NAME '=') a=expression b='=' {range a b: expression cannot contain assignment, perhaps you meant "=="?}
  | a='**' expression '=' b=expression {range a b: cannot assign to keyword argument unpacking}
bad_legacy = a=NAME !'(' b=star_expressions {legacy}
bad_type_param = '*' NAME a=':' b=expression {bound TypeVarTuple}
  | '**' NAME a=':' b=expression {bound ParamSpec}
bad_expression = STRING a=(!STRING plain)+ STRING {range a a: invalid syntax. Is this intended to be part of the string?}
  | !(NAME STRING | SOFT) a=disjunction b=plain {comma}
  | a=disjunction 'if' b=disjunction !('else' | ':') {range a b: expected 'else' after 'if' expression}
  | a=disjunction 'if' b=disjunction 'else' !expression {next: expected expression after 'else', but statement is given}
  | a=(pass_stmt | break_stmt | continue_stmt) 'if' disjunction 'else' simple_stmt {at a: expected expression before 'if', but statement is given}
  | a='lambda' [lambda_params] b=':' &FMIDDLE {range a b: f-string: lambda expressions are not allowed without parentheses}
  | a='lambda' [lambda_params] b=':' &TMIDDLE {range a b: t-string: lambda expressions are not allowed without parentheses}
plain = @plain_expression
bad_named = a=expression ':=' expression {at a: cannot use assignment expressions with %k}
  | a=NAME '=' b=bitwise_or !('=' | ':=') {range a b: invalid syntax. Maybe you meant '==' or ':=' instead of '='?}
  | !(list | tuple | genexp | 'True' | 'None' | 'False') a=bitwise_or '=' bitwise_or !('=' | ':=') {at a: cannot assign to %k here. Maybe you meant '==' instead of '='?}
bad_assignment = a=bad_annotation_target ':' expression {at a: only single target (not %k) can be annotated}
  | a=star_named ',' star_named_list* ':' expression {at a: only single target (not tuple) can be annotated}
  | a=expression ':' expression {at a: illegal target for annotation}
  | (star_targets '=')* a=star_expressions '=' {target star}
  | (star_targets '=')* a=yield_expr '=' {at a: assignment to yield expression not possible}
  | a=star_expressions augassign annotated_rhs {at a: '%k' is an illegal expression for augmented assignment}
bad_annotation_target = list | tuple | '(' bad_annotation_target ')'
bad_raise = a='raise' b='from' {range a b: did you forget an expression between 'raise' and 'from'?}
  | 'raise' expression a='from' {at a: did you forget an expression after 'from'?}
bad_del = 'del' a=star_expressions {target del}
bad_assert = 'assert' a=expression '=' b=expression {range a b: cannot assign to %k here. Maybe you meant '==' instead of '='?}
  | 'assert' expression ',' a=expression '=' b=expression {range a b: cannot assign to %k here. Maybe you meant '==' instead of '='?}
  | 'assert' a=expression ':=' b=expression {range a b: cannot use named expression without parentheses here}
  | 'assert' expression ',' a=expression ':=' b=expression {range a b: cannot use named expression without parentheses here}
bad_block = NEWLINE !INDENT {indent: expected an indented block}
bad_comprehension = ('[' | '(' | '{') a=starred for_clauses {at a: iterable unpacking cannot be used in comprehension}
  | ('[' | '{') a=star_named ',' b=star_named_list for_clauses {range a b: did you forget parentheses around the comprehension target?}
  | ('[' | '{') a=star_named b=',' for_clauses {range a b: did you forget parentheses around the comprehension target?}
bad_dict_comprehension = '{' a='**' bitwise_or for_clauses '}' {at a: dict unpacking cannot be used in dict comprehension}
bad_params = a='/' ',' {at a: at least one parameter must precede /}
  | (slash_plain | slash_default) param_either* a='/' {at a: / may appear only once}
  | [slash_plain] param_plain* (slash_default | param_default+) a=param_plain {at a: parameter without a default follows parameter with a default}
  | param_plain* a='(' param_plain+ [','] b=')' {range a b: Function parameters cannot be parenthesized}
  | [slash_plain | slash_default] param_either* '*' (',' | param_plain) param_either* a='/' {at a: / must be ahead of *}
  | param_either+ '/' a='*' {at a: expected comma between / and *}
bad_default = a='=' &(')' | ',') {at a: expected default value expression}
bad_star_etc = a='*' (')' | ',' (')' | '**')) {at a: named parameters must follow bare *}
  | '*' param a='=' {at a: var-positional parameter cannot have default value}
  | '*' (param_plain | ',') param_either* a='*' (param_plain | ',') {at a: * may appear only once}
bad_kwds = '**' param a='=' {at a: var-keyword parameter cannot have default value}
  | '**' param ',' a=param {at a: parameters cannot follow var-keyword parameter}
  | '**' param ',' a=('*' | '**' | '/') {at a: parameters cannot follow var-keyword parameter}
bad_lambda_params = a='/' ',' {at a: at least one parameter must precede /}
  | (lambda_slash_plain | lambda_slash_default) lambda_either* a='/' {at a: / may appear only once}
  | [lambda_slash_plain] lambda_plain* (lambda_slash_default | lambda_default+) a=lambda_plain {at a: parameter without a default follows parameter with a default}
  | lambda_plain* a='(' ','.lambda_param+ [','] b=')' {range a b: Lambda expression parameters cannot be parenthesized}
  | [lambda_slash_plain | lambda_slash_default] lambda_either* '*' (',' | lambda_plain) lambda_either* a='/' {at a: / must be ahead of *}
  | lambda_either+ '/' a='*' {at a: expected comma between / and *}
bad_lambda_star_etc = '*' (':' | ',' (':' | '**')) {here: named parameters must follow bare *}
  | '*' lambda_param a='=' {at a: var-positional parameter cannot have default value}
  | '*' (lambda_plain | ',') lambda_either* a='*' (lambda_plain | ',') {at a: * may appear only once}
bad_lambda_kwds = '**' lambda_param a='=' {at a: var-keyword parameter cannot have default value}
  | '**' lambda_param ',' a=lambda_param {at a: parameters cannot follow var-keyword parameter}
  | '**' lambda_param ',' a=('*' | '**' | '/') {at a: parameters cannot follow var-keyword parameter}
bad_with_item = expression 'as' a=expression &(',' | ')' | ':') {target star}
bad_for_clause = ['async'] 'for' bitwise_or (',' bitwise_or)* [','] !'in' {here: 'in' expected after for-loop variables}
bad_for_target = ['async'] 'for' a=star_expressions {target for}
bad_group = '(' a=starred ')' {at a: cannot use starred expression here}
  | '(' a='**' expression ')' {at a: cannot use double starred expression here}
bad_import = a='import' ','.dotted_name+ 'from' dotted_name {from a: Did you mean to use 'from ... import ...' instead?}
  | 'import' a=NEWLINE {from a: Expected one or more names after 'import'}
bad_dotted_as_name = dotted_name 'as' !(NAME (',' | ')' | ';' | NEWLINE)) a=expression {at a: cannot use %k as import target}
bad_import_as_name = NAME 'as' !(NAME (',' | ')' | ';' | NEWLINE)) a=expression {at a: cannot use %k as import target}
bad_import_targets = import_as_names ',' NEWLINE {here: trailing comma not allowed without surrounding parentheses}
  | a=NEWLINE {from a: Expected one or more names after 'import'}
bad_with = ['async'] 'with' ','.(expression ['as' star_target])+ a=',' ':' {at a: the last 'with' item has a trailing comma}
  | ['async'] 'with' ','.(expression ['as' star_target])+ NEWLINE {here: expected ':'}
  | ['async'] 'with' '(' ','.(expressions ['as' star_target])+ [','] ')' NEWLINE {here: expected ':'}
bad_with_indent = ['async'] a='with' ','.(expression ['as' star_target])+ ':' NEWLINE !INDENT {indent: expected an indented block after 'with' statement on line %l}
  | ['async'] a='with' '(' ','.(expressions ['as' star_target])+ [','] ')' ':' NEWLINE !INDENT {indent: expected an indented block after 'with' statement on line %l}
bad_try = a='try' ':' NEWLINE !INDENT {indent: expected an indented block after 'try' statement on line %l}
  | 'try' ':' block !('except' | 'finally') {here: expected 'except' or 'finally' block}
  | 'try' ':' block except_block+ 'except' '*' (NEWLINE | ':') {here: expected one or more exception types}
  | 'try' ':' block* except_block+ a='except' b='*' expression ['as' NAME] ':' {range a b: cannot have both 'except' and 'except*' on the same 'try'}
  | 'try' ':' block* except_star_block+ a='except' [expression ['as' NAME]] ':' {at a: cannot have both 'except' and 'except*' on the same 'try'}
bad_except = 'except' a=expression ',' expressions 'as' NAME ':' {from a: multiple exception types must be parenthesized when using 'as'}
  | 'except' expression ['as' NAME] NEWLINE {here: expected ':'}
  | 'except' NEWLINE {here: expected ':'}
  | 'except' expression 'as' a=expression ':' block {at a: cannot use except statement with %k}
bad_except_star = 'except' '*' a=expression ',' expressions 'as' NAME ':' {from a: multiple exception types must be parenthesized when using 'as'}
  | 'except' '*' expression ['as' NAME] NEWLINE {here: expected ':'}
  | 'except' '*' (NEWLINE | ':') {here: expected one or more exception types}
  | 'except' '*' expression 'as' a=expression ':' block {at a: cannot use except* statement with %k}
bad_finally = a='finally' ':' NEWLINE !INDENT {indent: expected an indented block after 'finally' statement on line %l}
bad_except_indent = a='except' expression ['as' NAME] ':' NEWLINE !INDENT {indent: expected an indented block after 'except' statement on line %l}
  | a='except' ':' NEWLINE !INDENT {indent: expected an indented block after 'except' statement on line %l}
bad_except_star_indent = a='except' '*' expression ['as' NAME] ':' NEWLINE !INDENT {indent: expected an indented block after 'except*' statement on line %l}
bad_match = "match" subject NEWLINE {here: expected ':'}
  | a="match" subject ':' NEWLINE !INDENT {indent: expected an indented block after 'match' statement on line %l}
bad_case = "case" patterns [guard] NEWLINE {here: expected ':'}
  | a="case" patterns [guard] ':' NEWLINE !INDENT {indent: expected an indented block after 'case' statement on line %l}
bad_as_pattern = or_pattern 'as' a="_" {at a: cannot use '_' as a target}
  | or_pattern 'as' a=expression {at a: cannot use %k as pattern target}
bad_class_pattern = name_or_attr '(' [positional_patterns ','] keyword_patterns ',' a=positional_patterns {range a a: positional patterns follow keyword patterns}
bad_if = 'if' named_expression NEWLINE {here: expected ':'}
  | a='if' named_expression ':' NEWLINE !INDENT {indent: expected an indented block after 'if' statement on line %l}
bad_elif = 'elif' named_expression NEWLINE {here: expected ':'}
  | a='elif' named_expression ':' NEWLINE !INDENT {indent: expected an indented block after 'elif' statement on line %l}
bad_else = a='else' ':' NEWLINE !INDENT {indent: expected an indented block after 'else' statement on line %l}
  | 'else' ':' block 'elif' {here: 'elif' block follows an 'else' block}
bad_while = 'while' named_expression NEWLINE {here: expected ':'}
  | a='while' named_expression ':' NEWLINE !INDENT {indent: expected an indented block after 'while' statement on line %l}
bad_for = ['async'] 'for' star_targets 'in' star_expressions NEWLINE {here: expected ':'}
  | ['async'] a='for' star_targets 'in' star_expressions ':' NEWLINE !INDENT {indent: expected an indented block after 'for' statement on line %l}
bad_def = ['async'] a='def' NAME [type_params] '(' [params] ')' ['->' expression] ':' NEWLINE !INDENT {indent: expected an indented block after function definition on line %l}
  | ['async'] 'def' NAME [type_params] &&'(' [params] ')' ['->' expression] &&':' block
bad_class = 'class' NAME [type_params] ['(' [arguments] ')'] NEWLINE {here: expected ':'}
  | a='class' NAME [type_params] ['(' [arguments] ')'] ':' NEWLINE !INDENT {indent: expected an indented block after class definition on line %l}
bad_pairs = ','.pair+ ',' bad_pair
  | expression ':' a='*' bitwise_or {from a: cannot use a starred expression in a dictionary value}
  | expression a=':' &('}' | ',') {at a: expression expected after dictionary key and ':'}
bad_pair = a=expression !':' {key}
  | expression ':' a='*' bitwise_or {from a: cannot use a starred expression in a dictionary value}
  | expression a=':' &('}' | ',') {at a: expression expected after dictionary key and ':'}
bad_starred_assignment = a='*' expression '=' b=expression {range a b: cannot assign to iterable argument unpacking}
bad_starred = '*' {here: Invalid star expression}
bad_fstring_field = '{' a='=' {at a: f-string: valid expression required before '='}
  | '{' a='!' {at a: f-string: valid expression required before '!'}
  | '{' a=':' {at a: f-string: valid expression required before ':'}
  | '{' a='}' {at a: f-string: valid expression required before '}'}
  | '{' !annotated_rhs {next: f-string: expecting a valid expression after '{'}
  | '{' annotated_rhs !('=' | '!' | ':' | '}') {next: f-string: expecting '=', or '!', or ':', or '}'}
  | '{' annotated_rhs '=' !('!' | ':' | '}') {next: f-string: expecting '!', or ':', or '}'}
  | '{' annotated_rhs ['='] bad_fstring_conversion
  | '{' annotated_rhs ['='] ['!' NAME] !(':' | '}') {next: f-string: expecting ':' or '}'}
  | '{' annotated_rhs ['='] ['!' NAME] ':' fstring_spec* !'}' {next: f-string: expecting '}', or format specs}
  | '{' annotated_rhs ['='] ['!' NAME] !'}' {next: f-string: expecting '}'}
bad_fstring_conversion = '!' &(':' | '}') {next: f-string: missing conversion character}
  | '!' !NAME {next: f-string: invalid conversion character}
bad_tstring_field = '{' a='=' {at a: t-string: valid expression required before '='}
  | '{' a='!' {at a: t-string: valid expression required before '!'}
  | '{' a=':' {at a: t-string: valid expression required before ':'}
  | '{' a='}' {at a: t-string: valid expression required before '}'}
  | '{' !annotated_rhs {next: t-string: expecting a valid expression after '{'}
  | '{' annotated_rhs !('=' | '!' | ':' | '}') {next: t-string: expecting '=', or '!', or ':', or '}'}
  | '{' annotated_rhs '=' !('!' | ':' | '}') {next: t-string: expecting '!', or ':', or '}'}
  | '{' annotated_rhs ['='] bad_tstring_conversion
  | '{' annotated_rhs ['='] ['!' NAME] !(':' | '}') {next: t-string: expecting ':' or '}'}
  | '{' annotated_rhs ['='] ['!' NAME] ':' tstring_spec* !'}' {next: t-string: expecting '}', or format specs}
  | '{' annotated_rhs ['='] ['!' NAME] !'}' {next: t-string: expecting '}'}
bad_tstring_conversion = '!' &(':' | '}') {next: t-string: missing conversion character}
  | '!' !NAME {next: t-string: invalid conversion character}
bad_string_mix = (fstring | STRING)+ a=tstring {mixed}
  | tstring+ a=(fstring | STRING) {mixed}
bad_arithmetic = sum ('+' | '-' | '*' | '/' | '%' | '//' | '@') a='not' b=inversion {range a b: 'not' after an operator must be parenthesized}
bad_factor = ('+' | '-' | '~') a='not' b=factor {range a b: 'not' after an operator must be parenthesized}
bad_type_params = '[' a=']' {from a: Type parameter list cannot be empty}
"#;
