# cmake -DOUTPUT=FILE -DINPUTS=A;B -P EmbedText.cmake
# Writes the bytes of the inputs as a list of C character constants.
set(text "")
foreach(input ${INPUTS})
  file(READ ${input} bytes HEX)
  string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${bytes}")
  string(REGEX REPLACE "'\\\\x0a'," "'\\\\x0a',\n" bytes "${bytes}")
  string(APPEND text "${bytes}")
endforeach()
file(WRITE ${OUTPUT} "${text}")
