@echo off
rem Runs a command with Visual Studio's newest compiler in its environment: ci\msvc COMMAND [ARGUMENT...]
rem vswhere is found by PATH because for /f loses the quotes that its full name needs.
set "PATH=%ProgramFiles(x86)%\Microsoft Visual Studio\Installer;%PATH%"
set "PIER_STUDIO="
for /f "usebackq delims=" %%i in (`vswhere -latest -products * -property installationPath`) do set "PIER_STUDIO=%%i"
if not defined PIER_STUDIO (
  echo msvc: there is no Visual Studio here 1>&2
  exit /b 1
)
call "%PIER_STUDIO%\VC\Auxiliary\Build\vcvars64.bat" >nul || exit /b 1
%*
